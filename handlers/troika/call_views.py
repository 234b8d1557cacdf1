"""What a call of the Troika looks like: the times on everybody's clock, the buttons, how it stands, what is booked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.rules.calls import Choice, Say, Slot
from bot.rules.dates import moment_words, weekday_words
from bot.rules.reminders import wall_of
from bot.rules.text import Gettext, safe
from handlers import ids
from handlers.blocks import Block, actions, button, context, divider, header, message, section
from handlers.reader import Reader
from handlers.troika.views import Words
from storage.calls import Call, Guest, State

Guests = Sequence[Guest]


def say_name(_: Gettext, said: Say) -> str:
    """Return what an answer is called."""
    return {Say.YES: _("yes"), Say.IF_NEED_BE: _("if need be"), Say.NO: _("no")}[said]


def _clocks(reader: Reader, starts_at: datetime, guests: Guests) -> str:
    """Return a time on the clock of each party; the day is named where it is not the reader's."""
    own_day = wall_of(starts_at, reader.zone).date()
    told: dict[str, None] = {}
    for each in guests:
        wall = wall_of(starts_at, each.zone)
        day = "" if wall.date() == own_day else f", {weekday_words(wall.date(), reader.locale)}"
        told[f"{safe(reader.names(each.party), 60)} {wall:%H:%M}{day}"] = None
    return " · ".join(told)


def _hours(reader: Reader, minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return reader._("{count} min").format(count=rest)
    if not rest:
        return reader._("{count} h").format(count=hours)
    return reader._("{hours} h {minutes} min").format(hours=hours, minutes=rest)


def _burdens(reader: Reader, burdens: Mapping[str, int]) -> str:
    return ", ".join(f"{safe(reader.names(key), 60)} {_hours(reader, each)}" for key, each in sorted(burdens.items()))


def _slot(reader: Reader, slot: Slot, guests: Guests) -> str:
    lines = [f"*{moment_words(slot.starts_at, reader.zone, reader.locale)}*", _clocks(reader, slot.starts_at, guests)]
    if slot.burdens:
        lines.append(reader._("Outside working hours: {parties}").format(parties=_burdens(reader, slot.burdens)))
    return "\n".join(lines)


def fairness(reader: Reader, slots: Sequence[Slot], carried: Mapping[str, int]) -> list[str]:
    """Say whether times lie in everybody's working hours and, if not, how the burden is shared."""
    _ = reader._
    if all(slot.is_fair for slot in slots):
        return [_("These times lie in everybody's working hours.")]
    lines = [
        _(
            "*No time in the next two weeks lies in everybody's working hours.* These ask the least of whoever has "
            "borne the most; none is at anybody's night, weekend or public holiday."
        )
    ]
    if carried:
        lines.append(_("Borne in calls of the last year: {parties}").format(parties=_burdens(reader, carried)))
    return lines


def build_proposal(
    reader: Reader, minutes: int, slots: Sequence[Slot], guests: Guests, carried: Mapping[str, int]
) -> Words:
    """Return times for a call before anybody is asked, with the button that asks; or why there are none."""
    _ = reader._
    title = _("A call of {minutes} minutes").format(minutes=minutes)
    if not slots:
        text = _(
            "In the next two weeks every time is at somebody's night, weekend or public holiday. A shorter call may "
            "fit, or two calls: what cannot be fair to all is not proposed."
        )
        return f"{title}\n{text}", [header(title), section(text)]
    lines = [*fairness(reader, slots, carried), *(_slot(reader, each, guests) for each in slots)]
    value = f"{minutes}|{','.join(each.starts_at.isoformat() for each in slots)}"
    asked = _("{count} people of the Troika and the Secretariat are asked.").format(count=len(guests))
    blocks = [
        header(title),
        *(section(line) for line in lines),
        actions(button(_("Ask everybody"), ids.CALL_ASK, value, style="primary")),
        context(asked),
    ]
    return "\n".join([title, *lines, asked]), blocks


# What those who are asked see ----------------------------------------------------------------------------------------


def build_ask(reader: Reader, call: Call, guest: Guest) -> dict[str, Any]:
    """Return the message with the times of a call, its buttons, and what each party has said so far."""
    text, blocks = _asked(reader, call, guest)
    return message(text, blocks)


def build_answered(reader: Reader, call: Call, guest: Guest) -> Words:
    """Return what takes the place of the message in which somebody has answered."""
    if call.state is State.OPEN:
        return _asked(reader, call, guest)
    said = _over(reader, call)
    return said, [section(said)]


def _asked(reader: Reader, call: Call, guest: Guest) -> Words:
    _ = reader._
    party = safe(reader.names(guest.party), 80)
    first = _("*When does a call of {minutes} minutes suit {party}?* One answer for each time, of any of you.").format(
        minutes=call.minutes, party=party
    )
    lines = [first, *fairness(reader, list(call.slots.values()), {})]
    blocks: list[Block] = [section(line) for line in lines]
    for slot_id, slot in call.slots.items():
        words = f"{_slot(reader, slot, call.guests)}\n{_said(reader, call, slot_id)}"
        lines.append(words)
        blocks += [divider(), section(words), _ways(_, slot_id, call.answers[slot_id].get(guest.party))]
    until = _until(reader, call)
    return "\n".join([*lines, *until]), [*blocks, *(context(each) for each in until)]


def _until(reader: Reader, call: Call) -> list[str]:
    """Say until when answers are awaited."""
    if call.closes_at is None:
        return []
    until = moment_words(call.closes_at, reader.zone, reader.locale)
    words = reader._("The best time is booked once everybody has answered, at the latest {moment}.")
    return [words.format(moment=until)]


def _said(reader: Reader, call: Call, slot_id: int) -> str:
    """Return what each party says of a time, those who have not said anything last."""
    said = call.answers[slot_id]
    parts = []
    for each in Say:
        names = [safe(reader.names(key), 60) for key in call.parties if said.get(key) is each]
        parts += [f"{say_name(reader._, each)}: {', '.join(names)}"] if names else []
    silent = [safe(reader.names(key), 60) for key in call.parties if key not in said]
    parts += [reader._("no answer yet: {names}").format(names=", ".join(silent))] if silent else []
    return " · ".join(parts)


def _ways(_: Gettext, slot_id: int, own: Say | None) -> Block:
    ways = (
        (Say.YES, _("Yes"), ids.CALL_YES),
        (Say.IF_NEED_BE, _("If need be"), ids.CALL_IF_NEED_BE),
        (Say.NO, _("No"), ids.CALL_NO),
    )
    return actions(
        *(
            button(
                f"✓ {label}" if said is own else label, action, str(slot_id), style="primary" if said is own else None
            )
            for said, label, action in ways
        )
    )


# How it stands -------------------------------------------------------------------------------------------------------


def build_status(reader: Reader, call: Call) -> Words:
    """Return how a call stands, with what whoever may schedule can do about it."""
    _ = reader._
    if call.state is not State.OPEN:
        said = _over(reader, call)
        return said, [section(said)]
    title = _("A time is being sought for a call of {minutes} minutes").format(minutes=call.minutes)
    lines, blocks = [title], [header(title)]
    for slot_id, slot in call.slots.items():
        words = f"{_slot(reader, slot, call.guests)}\n{_said(reader, call, slot_id)}"
        lines.append(words)
        blocks.append(section(words, button(_("Book this"), ids.CALL_BOOK, str(slot_id))))
    until = _until(reader, call)
    blocks += [context(each) for each in until]
    blocks.append(actions(button(_("Withdraw it"), ids.CALL_WITHDRAW, str(call.id), style="danger")))
    return "\n".join([*lines, *until]), blocks


def _over(reader: Reader, call: Call) -> str:
    _ = reader._
    if call.booked is None:
        return _("This call was withdrawn: no time is sought any more.")
    moment = moment_words(call.booked.starts_at, reader.zone, reader.locale)
    said = _("*The call is booked:* {moment}, {minutes} minutes").format(moment=moment, minutes=call.minutes)
    return f"{said}\n{_clocks(reader, call.booked.starts_at, call.guests)}"


def build_over(reader: Reader, call: Call) -> dict[str, Any]:
    """Return what takes the place of the question once a call is booked or withdrawn."""
    said = _over(reader, call)
    return message(said, [section(said)])


def build_booked(reader: Reader, call: Call) -> dict[str, Any]:
    """Tell somebody when the call is, what was borne for it, and that the calendar file follows."""
    lines = [_over(reader, call)]
    if call.booked is not None and call.booked.burdens:
        words = reader._("Outside working hours: {parties}. It counts when the next call is proposed.")
        lines.append(words.format(parties=_burdens(reader, call.booked.burdens)))
    file = button(reader._("Calendar file"), ids.CALL_FILE, str(call.id))
    return message("\n".join(lines), [section("\n".join(lines)), actions(file)])


def build_undecided(reader: Reader, call: Call, slot_id: int, choice: Choice) -> dict[str, Any]:
    """Tell whoever proposed a call that no time suits everybody, and which one comes nearest."""
    _ = reader._
    slot = call.slots[slot_id]
    names = ", ".join(safe(reader.names(key), 60) for key in choice.against)
    against = _("It does not suit: {names}").format(names=names) if names else _("Nobody has said that it suits.")
    lines = [
        _("*No time of those you proposed for a call is known to suit everybody.* Nothing is booked. The nearest is:"),
        _slot(reader, slot, call.guests),
        against,
    ]
    row = actions(
        button(_("Book it all the same"), ids.CALL_BOOK, str(slot_id)),
        button(_("Withdraw it"), ids.CALL_WITHDRAW, str(call.id), style="danger"),
    )
    return message("\n".join(lines), [section("\n".join(lines)), row])
