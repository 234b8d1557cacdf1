"""What a silence procedure looks like: what goes round, what waits, what became of it, and its forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.dates import moment_words
from bot.rules.profile import Silence
from bot.rules.recommendations import REASON_LIMIT
from bot.rules.silence import Breach, Objection, Outcome
from bot.rules.text import Gettext, quote, safe
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    checkboxes,
    confirm,
    context,
    field,
    header,
    message,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
)
from handlers.communique.views import Words
from handlers.reader import Reader
from storage.communiques import Communique
from storage.silence import Deed, Entry, Kept, Receipt, shown_log

NAMED = "named"
LOG_SHOWN = 15


def end_words(reader: Reader, at: datetime) -> str:
    """Return the end of a round in the reader's zone and in UTC, to the minute."""
    return reader._("{local}, that is {utc} UTC").format(
        local=moment_words(at, reader.zone, reader.locale), utc=f"{at:%Y-%m-%d %H:%M}"
    )


def outcome_name(_: Gettext, outcome: Outcome) -> str:
    """Return what an outcome is called."""
    return {
        Outcome.OPEN: _("open"),
        Outcome.ADOPTED: _("adopted"),
        Outcome.BROKEN: _("broken"),
        Outcome.LAPSED: _("not adopted, because it did not reach everybody in time"),
        Outcome.WITHDRAWN: _("withdrawn by the chair"),
    }[outcome]


def rule_words(_: Gettext, rule: Silence) -> str:
    """Return the rule of the network's silences in words."""
    weekends = _("weekends count") if rule.count_weekends else _("Saturdays and Sundays do not count")
    return _(
        "A silence lasts at least {hours} hours; {weekends}, public holidays count. The text must have reached every "
        "delegation {notice} hours before the end, or it is not adopted."
    ).format(hours=rule.minimum_hours, weekends=weekends, notice=rule.notice_hours)


@dataclass(frozen=True)
class Told:
    """What is told of a round: the text it is on, the round itself, and the rule of the network."""

    found: Communique
    kept: Kept
    rule: Silence

    @property
    def values(self) -> dict[str, Any]:
        """Return what sentences about the round name."""
        return {"number": self.found.id, "round": self.kept.number, "version": self.kept.version}


def build_circulated(reader: Reader, told: Told) -> dict[str, Any]:
    """Return the message that brings a text to somebody who speaks for a delegation."""
    _ = reader._
    head = _("*Communiqué {number} is under silence*: {title} (round {round}, version {version})").format(
        title=safe(told.found.title), **told.values
    )
    lines = [
        head,
        _("*Silence ends: {end}*").format(end=end_words(reader, told.kept.around.ends_at)),
        _(
            "Unless a delegation objects or asks for an amendment before that moment, the text is adopted. One is "
            "enough. Whoever says nothing is not recorded as in favour."
        ),
    ]
    small = [rule_words(_, told.rule), _named(_, told.kept), f"SHA-256 {told.kept.sha256}"]
    blocks = [section("\n".join(lines)), context(*small), actions(*_delegate_buttons(_, told.kept))]
    return message("\n".join([*lines, *small]), blocks)


def _named(_: Gettext, kept: Kept) -> str:
    if kept.named:
        return _("If the silence is broken, everybody is told by whom and why.")
    return _("If the silence is broken, only the chair and the Secretariat are told by whom and why.")


def _delegate_buttons(_: Gettext, kept: Kept) -> list[Element]:
    return [
        button(_("Open the text"), ids.SILENCE_OPEN, str(kept.id), style="primary"),
        button(_("Break the silence"), ids.SILENCE_BREAK, str(kept.id), style="danger"),
    ]


def build_reminder(reader: Reader, told: Told) -> dict[str, Any]:
    """Return the reminder to somebody whose delegation has not opened the text."""
    _ = reader._
    text = _("Nobody of your delegation has opened communiqué {number} yet ({title}). Silence ends: {end}").format(
        title=safe(told.found.title), end=end_words(reader, told.kept.around.ends_at), number=told.found.id
    )
    return message(text, [section(text), actions(*_delegate_buttons(_, told.kept))])


def build_unreached(reader: Reader, told: Told) -> dict[str, Any]:
    """Return the warning to the chair that a text has not reached everybody."""
    _ = reader._
    names = ", ".join(sorted(reader.names(code) for code in told.kept.around.unreached))
    text = _(
        "Communiqué {number}, round {round}: the text has not reached {names}. Unless it does in time, the silence "
        "ends without adoption. Send it another way and confirm that, or prolong the silence."
    ).format(names=safe(names, 1500), **told.values)
    return message(text, [section(text), actions(_status_button(_, told.found.id))])


def _status_button(_: Gettext, number: int) -> Element:
    return button(_("Status"), ids.SILENCE_STATUS, str(number))


def build_news(reader: Reader, told: Told, entry: Entry) -> dict[str, Any]:
    """Return what everybody is told of what happened to a round."""
    _ = reader._
    head = f"*{safe(told.found.title)}* ({told.found.id})"
    lines = [head, _news(reader, told, entry), *_why(_, told, entry)]
    row = [_status_button(_, told.found.id)]
    if told.kept.around.outcome is Outcome.OPEN:
        row = [*_delegate_buttons(_, told.kept), *row]
    return message("\n".join(lines), [section("\n".join(lines)), actions(*row)])


def _news(reader: Reader, told: Told, entry: Entry) -> str:
    _ = reader._
    end = end_words(reader, told.kept.around.ends_at)
    said = {
        Deed.PROLONGED: _("The silence of round {round} is prolonged. It ends: {end}"),
        Deed.SHORTENED: _("The silence of round {round} is shortened. It ends: {end}"),
        Deed.WITHDRAWN: _("The chair has withdrawn version {version}; round {round} is over and nothing is adopted."),
        Deed.OBJECTION: _("The silence of round {round} is broken by an objection; version {version} is not adopted."),
        Deed.AMENDMENT: _(
            "The silence of round {round} is broken by a proposed amendment; version {version} is not adopted."
        ),
        Deed.ADMITTED: _(
            "The chair has let a late message count: the silence of round {round} is broken, and version {version} is "
            "not adopted after all."
        ),
        Deed.ADOPTED: _(
            "Nobody has broken the silence of round {round}: version {version} is adopted. Delegations that said "
            "nothing are not recorded as in favour. SHA-256 of the text: {sha256}"
        ),
        Deed.LAPSED: _(
            "The silence of round {round} ended unbroken, but the text had not reached every delegation in time: "
            "version {version} is not adopted."
        ),
    }[entry.deed]
    return said.format(end=end, sha256=told.kept.sha256, **told.values)


def _why(_: Gettext, told: Told, entry: Entry) -> list[str]:
    spoken = entry.deed in {Deed.OBJECTION, Deed.AMENDMENT, Deed.ADMITTED}
    if not entry.reason or (spoken and not told.kept.named):
        return []
    return [quote(entry.reason, 1500)]


def build_spoken(reader: Reader, told: Told, said: Objection) -> dict[str, Any]:
    """Return what the chair is told when a delegation has spoken: who, what, why, and whether it came in time."""
    _ = reader._
    kind = _("an objection") if said.kind is Breach.OBJECTION else _("an amendment")
    head = _("Communiqué {number}, round {round}: {delegation} has sent {kind}.").format(
        delegation=f"*{safe(reader.names(said.member))}*", kind=kind, **told.values
    )
    lines = [head, quote(said.reason, 2500)]
    row = [_status_button(_, told.found.id)]
    if said.late:
        lines.append(_("It came after the end and does not count, unless the chair reopens."))
        if told.kept.around.outcome is Outcome.ADOPTED:
            row.insert(0, _admit_button(_, told, said))
    return message("\n".join(lines), [section("\n".join(lines)), actions(*row)])


def _admit_button(_: Gettext, told: Told, said: Objection) -> Element:
    sure = confirm(
        _("Let it count?"),
        _("The text is then not adopted after all, and everybody is told."),
        _("Let it count"),
        _("Leave it"),
    )
    return button(_("Let it count"), ids.SILENCE_ADMIT, f"{told.kept.id}:{said.member}", style="danger", confirm=sure)


# Status --------------------------------------------------------------------------------------------------------------


def build_status(reader: Reader, found: Communique, rounds: Sequence[Kept], *, chairs: bool, voice: str) -> Words:
    """Return every round of a text, the newest first: its end, who has received and opened it, and what happened.

    `chairs` shows what the chair can do and may know; `voice` is the delegation the reader speaks for, or empty.
    """
    _ = reader._
    title = _("Silence on communiqué {number}").format(number=found.id)
    if not rounds:
        text = _("Communiqué {number} was not under silence yet.").format(number=found.id)
        return text, [header(title), section(text)]
    newest = rounds[-1]
    lines = [f"*{safe(found.title)}*", *_round_lines(reader, newest, chairs=chairs)]
    earlier = [
        _("Round {round}, version {version}: {outcome}").format(
            round=each.number, version=each.version, outcome=outcome_name(_, each.around.outcome)
        )
        for each in reversed(rounds[:-1])
    ]
    log = [_entry(reader, each) for each in shown_log(newest, full=chairs)[-LOG_SHOWN:]]
    blocks: list[Block] = [header(title), section("\n".join(lines))]
    blocks += [section("\n".join(earlier))] if earlier else []
    blocks += [section("\n".join(log)), *_status_rows(_, newest, chairs=chairs, voice=voice)]
    return "\n".join([f"*{title}*", *lines, *earlier, *log]), blocks


def _round_lines(reader: Reader, kept: Kept, *, chairs: bool) -> list[str]:
    _ = reader._
    lines = [
        _("Round {round}, version {version}: {outcome}").format(
            round=kept.number, version=kept.version, outcome=f"*{outcome_name(_, kept.around.outcome)}*"
        ),
        _("End: {end}").format(end=end_words(reader, kept.around.ends_at)),
        _("Delegations asked: {asked}, received: {received}, opened: {opened}").format(
            asked=len(kept.receipts),
            received=sum(each.received_at is not None for each in kept.receipts),
            opened=len(kept.receipts) - len(kept.unopened),
        ),
    ]
    if chairs:
        lines += _missing(reader, kept.receipts)
    return lines


def _missing(reader: Reader, receipts: Sequence[Receipt]) -> list[str]:
    _ = reader._
    absent = sorted(reader.names(each.member) for each in receipts if each.received_at is None)
    unread = sorted(reader.names(each.member) for each in receipts if each.received_at and each.opened_at is None)
    lines = [_("Not received: {names}").format(names=safe(", ".join(absent), 900))] if absent else []
    return lines + ([_("Not opened: {names}").format(names=safe(", ".join(unread), 900))] if unread else [])


def _entry(reader: Reader, entry: Entry) -> str:
    _ = reader._
    what = {
        Deed.CIRCULATED: _("circulated"),
        Deed.PROLONGED: _("prolonged"),
        Deed.SHORTENED: _("shortened"),
        Deed.WITHDRAWN: _("withdrawn"),
        Deed.OBJECTION: _("objection"),
        Deed.AMENDMENT: _("amendment"),
        Deed.LATE_OBJECTION: _("late objection"),
        Deed.LATE_AMENDMENT: _("late amendment"),
        Deed.CONFIRMED: _("receipt confirmed"),
        Deed.ADMITTED: _("late message admitted"),
        Deed.ADOPTED: _("adopted"),
        Deed.LAPSED: _("lapsed"),
    }[entry.deed]
    parts = [f"• {entry.at:%Y-%m-%d %H:%M} UTC", what]
    if entry.member:
        parts.append(safe(reader.names(entry.member)))
    if entry.ends_at:
        parts.append(_("end {end} UTC").format(end=f"{entry.ends_at:%Y-%m-%d %H:%M}"))
    if entry.reason:
        parts.append(safe(entry.reason, 200))
    return ", ".join(parts)


def _status_rows(_: Gettext, kept: Kept, *, chairs: bool, voice: str) -> list[Block]:
    this = str(kept.id)
    if kept.around.outcome is not Outcome.OPEN:
        return []
    rows = [actions(*_delegate_buttons(_, kept))] if voice in kept.around.entitled else []
    if chairs:
        chair = [
            button(_("Move the end"), ids.SILENCE_MOVE, this),
            button(_("Withdraw the text"), ids.SILENCE_WITHDRAW, this, style="danger"),
        ]
        if any(each.received_at is None for each in kept.receipts):
            chair.insert(0, button(_("Confirm a receipt"), ids.SILENCE_CONFIRM, this))
        rows.append(actions(*chair))
    return rows


# Forms ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What a round would be: of which version, to how many delegations, from when on it may end.

    `unreachable` are delegations nobody of which can be written to; `day` and `time` are proposed in the reader's zone.
    """

    found: Communique
    delegations: int
    unreachable: Sequence[str]
    earliest: datetime
    day: str
    time: str


def build_start_form(reader: Reader, plan: Plan, rule: Silence) -> View:
    """Return the form that puts a version under silence."""
    _ = reader._
    lines = [
        _("Version {version} of “{title}” goes to {count} delegations.").format(
            version=plan.found.version, title=safe(plan.found.title), count=plan.delegations
        ),
        rule_words(_, rule),
        _("Earliest end: {end}").format(end=end_words(reader, plan.earliest)),
    ]
    if plan.unreachable:
        names = ", ".join(sorted(reader.names(code) for code in plan.unreachable))
        lines.append(
            _("Nobody of these is linked to Slack: send them the text another way and confirm it: {names}").format(
                names=safe(names, 1200)
            )
        )
    tell = [option(_("Tell everybody who broke it, and why"), NAMED)]
    blocks = [
        section("\n".join(lines)),
        *_end_fields(_, reader, plan.day, plan.time),
        field("named", _("If it is broken"), checkboxes(ids.COMMUNIQUE_INPUT, tell), optional=True),
    ]
    metadata = f"{plan.found.id}:{plan.found.version}"
    title = _("Put under silence")
    return modal(ids.SILENCE_FORM, title, blocks, submit=_("Circulate"), close=_("Cancel"), metadata=metadata)


def _end_fields(_: Gettext, reader: Reader, day: str, time: str) -> list[Block]:
    clock = {"type": "timepicker", "action_id": ids.SILENCE_TIME, "initial_time": time}
    return [
        field("day", _("Silence ends on"), {"type": "datepicker", "action_id": ids.SILENCE_DAY, "initial_date": day}),
        field("time", _("at"), clock, hint=_("In your time zone, {zone}.").format(zone=reader.zone)),
    ]


def build_break_form(reader: Reader, told: Told, *, late: bool) -> View:
    """Return the form with which a delegation breaks the silence."""
    _ = reader._
    kinds = [
        option(_("An objection to the text"), Breach.OBJECTION.value),
        option(_("An amendment to the text"), Breach.AMENDMENT.value),
    ]
    words = (
        _("This silence has ended. What you send goes to the chair, and counts only if the chair reopens.")
        if late
        else _("In the name of your delegation the silence is broken, and the text is not adopted.")
    )
    reason = text_input(ids.COMMUNIQUE_INPUT, multiline=True, limit=REASON_LIMIT)
    blocks = [
        section(f"*{safe(told.found.title)}*\n{words} {_named(_, told.kept)}"),
        field("kind", _("What it is"), radio(ids.COMMUNIQUE_INPUT, kinds, Breach.OBJECTION.value)),
        field("reason", _("Your reason, or the wording you ask for"), reason),
    ]
    title, submit = _("Break the silence"), _("Send")
    return modal(ids.SILENCE_BREAK_FORM, title, blocks, submit=submit, close=_("Cancel"), metadata=str(told.kept.id))


def build_move_form(reader: Reader, told: Told, day: str, time: str) -> View:
    """Return the form that prolongs or shortens a silence."""
    _ = reader._
    reason = text_input(ids.COMMUNIQUE_INPUT, multiline=True, limit=REASON_LIMIT)
    now_ends = _("Silence ends: {end}").format(end=end_words(reader, told.kept.around.ends_at))
    blocks = [
        section(f"{now_ends}\n{rule_words(_, told.rule)}"),
        *_end_fields(_, reader, day, time),
        field("reason", _("Reason (needed to shorten)"), reason, optional=True),
    ]
    title = _("Move the end")
    return modal(ids.SILENCE_MOVE_FORM, title, blocks, submit=_("Move"), close=_("Cancel"), metadata=str(told.kept.id))


def build_withdraw_form(reader: Reader, told: Told) -> View:
    """Return the form that takes a text back from a silence."""
    _ = reader._
    reason = text_input(ids.COMMUNIQUE_INPUT, multiline=True, limit=REASON_LIMIT)
    blocks = [
        section(_("The round ends, nothing is adopted, and everybody is told why.")),
        field("reason", _("Reason"), reason),
    ]
    title = _("Withdraw the text")
    return modal(
        ids.SILENCE_WITHDRAW_FORM, title, blocks, submit=_("Withdraw"), close=_("Cancel"), metadata=str(told.kept.id)
    )


def build_confirm_form(reader: Reader, told: Told) -> View:
    """Return the form that records that a delegation has the text although Slack did not bring it."""
    _ = reader._
    absent = [each.member for each in told.kept.receipts if each.received_at is None]
    named = sorted((reader.names(code), code) for code in absent)
    options = [option(name, code) for name, code in named[:100]]
    how = text_input(ids.COMMUNIQUE_INPUT, limit=REASON_LIMIT)
    blocks = [
        field("member", _("Delegation"), select(ids.COMMUNIQUE_INPUT, options, _("Choose one"))),
        field("reason", _("How it received the text, and who confirms that"), how),
    ]
    title = _("Confirm a receipt")
    return modal(
        ids.SILENCE_CONFIRM_FORM, title, blocks, submit=_("Confirm"), close=_("Cancel"), metadata=str(told.kept.id)
    )
