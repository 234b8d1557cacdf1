"""The playbook of a meeting: what leads up to it and follows it, as dated duties that go by its days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.rules.duties import TITLE_LIMIT, Duty
from bot.rules.meetings import Plan
from bot.rules.presidency import ONE_DAY
from bot.rules.profile import PlaybookStep
from bot.rules.text import clip


def day_of_step(plan: Plan, offset: int) -> date:
    """Return the day that is `offset` days before a meeting's first day (0 and less) or after its last one."""
    return (plan.ends_on if offset > 0 else plan.starts_on) + timedelta(days=offset)


def offset_of(plan: Plan, day: date) -> int:
    """Return the offset of which `day_of_step` makes `day`; a day of the meeting counts as its first one."""
    if day > plan.ends_on:
        return (day - plan.ends_on).days
    return min((day - plan.starts_on).days, 0)


def steps_of(meeting_id: int, plan: Plan, playbook: Sequence[PlaybookStep], today: date) -> list[Duty]:
    """Return the duties of a meeting that is planned on `today`, in the order of their days.

    What should have been done before today still must be; of a meeting that has begun only what follows it is left, and
    of one long over nothing.
    """
    wanted = [each for each in playbook if not each.kinds or plan.kind in each.kinds]
    left = [each for each in wanted if _is_left(plan, each, today)]
    return sorted((_duty(meeting_id, plan, each, today) for each in left), key=lambda each: each.offset_days)


def _is_left(plan: Plan, step: PlaybookStep, today: date) -> bool:
    return plan.starts_on > today if step.days <= 0 else day_of_step(plan, step.days) >= today


def due_from(plan: Plan, offset: int, today: date) -> date:
    """Return the day on which a step is due; one whose day has come or passed is due tomorrow, when people are told."""
    return max(day_of_step(plan, offset), today + ONE_DAY)


def _duty(meeting_id: int, plan: Plan, step: PlaybookStep, today: date) -> Duty:
    day = due_from(plan, step.days, today)
    return Duty(
        id=0,
        key=f"meeting:{meeting_id}:{step.key}",
        title=title_of(step.title, plan),
        who=step.who,
        rhythm="",
        starts_on=day,
        due_on=day,
        meeting_id=meeting_id,
        offset_days=step.days,
    )


def title_of(step: str, plan: Plan) -> str:
    """Return what a step is called among the duties, with the meeting that it is of."""
    return clip(f"{step} – {plan.title}", TITLE_LIMIT)


def moved_with(duty: Duty, before: Plan, after: Plan, today: date) -> Duty:
    """Return a meeting's duty once its meeting has changed; what is done stays as it is.

    It keeps its distance from the meeting unless it would be due in the past; while the meeting is off it waits.
    """
    if duty.due_on is None:
        return duty
    moved = replace(duty, title=_retitled(duty.title, before, after))
    if before.cancelled != after.cancelled:
        moved = replace(moved, paused=after.cancelled)
    if (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on):
        day = due_from(after, duty.offset_days, today)
        moved = replace(moved, starts_on=day, due_on=day, put_off_until=None)
    return moved


def _retitled(title: str, before: Plan, after: Plan) -> str:
    """Return a step's title once its meeting is called otherwise; what people wrote themselves stays."""
    end = f" – {before.title}"
    return title_of(title.removesuffix(end), after) if title.endswith(end) else title
