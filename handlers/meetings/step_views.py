"""What the playbook of a meeting looks like on its card: each step with its day and where it stands."""

from bot.rules.dates import day_words
from bot.rules.duties import Standing
from bot.rules.text import Gettext, clip, safe
from handlers import ids
from handlers.blocks import Block, Element, actions, option, section, select
from handlers.meetings.card import Card, Step
from handlers.reader import Reader
from handlers.troika.views import group_name


def lines(reader: Reader, card: Card) -> list[str]:
    """Return the steps in words, in the order of their days."""
    if not card.steps:
        return []
    return [f"*{reader._('What leads up to it and follows')}*", *(_line(reader, card, each) for each in card.steps)]


def _line(reader: Reader, card: Card, step: Step) -> str:
    duty = step.duty
    title = safe(duty.title.removesuffix(f" – {card.meeting.title}"), 120)
    whose = card.names.get(duty.assigned_to, duty.assigned_to) if duty.assigned_to else group_name(reader._, duty.who)
    return f"• {title} ({safe(whose, 80)}): {_standing(reader, card, step)}"


def _standing(reader: Reader, card: Card, step: Step) -> str:
    _, duty = reader._, step.duty
    if duty.done_at is not None and duty.due_on is None:
        name = safe(card.names.get(duty.done_by or "", duty.done_by or ""), 80)
        words = _(":white_check_mark: done {day} by {name}")
        return words.format(day=day_words(duty.done_at.date(), reader.locale), name=name)
    day = day_words(duty.due_on, reader.locale) if duty.due_on else ""
    return _words(_, step.standing).format(day=day)


def _words(_: Gettext, standing: Standing) -> str:
    return {
        Standing.PAUSED: _("paused"),
        Standing.OVERDUE: _("*overdue* since {day}"),
        Standing.DUE: _("*due* {day}"),
        Standing.PUT_OFF: _("due {day}, put off"),
        Standing.COMING: _("{day}"),
        Standing.STANDING: _("no date"),
        Standing.DONE: _(":white_check_mark: done"),
    }[standing]


def build(reader: Reader, card: Card) -> list[Block]:
    """Return the steps, and below them a menu with those that the reader may mark done."""
    told = lines(reader, card)
    return [section("\n".join(told)), *_menu(reader, card)] if told else []


def _menu(reader: Reader, card: Card) -> list[Block]:
    if not card.to_do:
        return []
    options: list[Element] = [option(clip(each.title, 75), f"{each.id}:{each.version}") for each in card.to_do]
    return [actions(select(ids.MEETING_STEP_DONE, options, reader._("Mark a step done")))]
