"""What the Home tab looks like, for everybody from the Secretariat to somebody unknown."""

from collections.abc import Sequence

from bot.rules.contacts import Contact, checked_on, may_correct
from bot.rules.dates import day_words, moment_words
from bot.rules.permissions import Deed, may
from bot.rules.text import N_, safe
from handlers import ids
from handlers.ask.views import Said
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    context,
    divider,
    field,
    header,
    home,
    modal,
    option,
    section,
    select,
    text_input,
)
from handlers.home.overview import Overview
from handlers.meetings.words import whole_line
from handlers.reader import Reader
from handlers.troika.reminder_views import due_line
from handlers.troika.views import packed, sides
from storage.meetings import Meeting
from storage.outbox import Item
from storage.surveys import Survey

MOST = 5
"""Reminders shown; with everything else the tab stays well below Slack's 100 blocks."""
MOST_CONTACTS = 20
MOST_NAMES = 15
MOST_UNDELIVERED = 5
LONGEST_QUESTION = 1000
UNDELIVERED = {
    "not_in_channel": N_("I am not in the channel. Invite me, then have it sent again."),
    "channel_not_found": N_("I do not find the channel. If it is private, invite me, then have it sent again."),
    "is_archived": N_("the channel is archived"),
    "message_not_found": N_("the message it belongs to was deleted"),
    "user_not_found": N_("the person is not in the workspace any more"),
    "user_disabled": N_("the person is not in the workspace any more"),
}
"""Why something was given up, by Slack's word for it."""


def build_home(reader: Reader, overview: Overview) -> View:
    """Return the Home tab of one person."""
    blocks = [
        *_greeting(reader, overview),
        *_waiting(reader, overview),
        *_reminders(reader, overview),
        *_surveys(reader, overview),
        *_delegation(reader, overview),
        *_network(reader, overview),
        *_care(reader, overview),
    ]
    return home(blocks)


def _greeting(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    hello = _("Hello {name}").format(name=overview.actor.name)
    quick = [button(_("Ask a question"), ids.HOME_ASK, style="primary")]
    known = overview.actor.member is not None or bool(overview.actor.roles)
    words = [_place(reader, overview)] if known else _introduction(reader, overview)
    return [header(hello), *(section(each) for each in words), actions(*quick)]


def _place(reader: Reader, overview: Overview) -> str:
    _ = reader._
    actor = overview.actor
    member = safe(reader.names(actor.member)) if actor.member else ""
    if actor.is_secretariat:
        return _("You serve in the Secretariat of the {network}.").format(network=safe(overview.network))
    if actor.is_observer:
        return _("You observe the {network} for *{member}*; your answers are counted apart.").format(
            network=safe(overview.network), member=member
        )
    if may(actor.roles, Deed.ENDORSE):
        return _("You speak for *{member}* in the {network}.").format(member=member, network=safe(overview.network))
    return _("You belong to *{member}* in the {network}.").format(member=member, network=safe(overview.network))


def _introduction(reader: Reader, overview: Overview) -> list[str]:
    _ = reader._
    what = _(
        "I am Focal, the app of the {network}. I know its focal points and presidencies, answer questions with their "
        "sources, and run its surveys and reminders."
    ).format(network=safe(overview.network))
    names = ", ".join(f"<@{each.user_id}>" for each in overview.secretariat[:5])
    link = _("You are not linked to a delegation yet. If you are a focal point, ask the Secretariat to link you: {who}")
    none = _("nobody of the Secretariat is known to me yet")
    ask = _("You can ask me already, here, in a direct message or with `/wps`: “Who chaired in 2019?”, for example.")
    return [what, link.format(who=names or none), ask]


def _waiting(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    if not overview.actor.roles:
        return []
    lines = list(overview.waiting) or [_("Nothing waits for you.")]
    return packed([f"*{_('What waits for you')}*", *lines])


def _reminders(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    if not overview.due:
        return []
    shown = overview.due[:MOST]
    more = len(overview.due) - len(shown)
    rows = [section(due_line(reader, each), button(_("Done"), ids.HOME_DONE, str(each.id))) for each in shown]
    rest = [context(_("and {count} more: `/wps-troika`").format(count=more))] if more else []
    return [divider(), section(f"*{_('My open reminders')}*"), *rows, *rest]


def _surveys(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    if not overview.surveys:
        return []
    blocks: list[Block] = [divider(), section(f"*{_('Open surveys')}*")]
    for survey in overview.surveys:
        blocks += [section(_survey(reader, survey)), actions(*_survey_elements(reader, overview, survey))]
    return [*blocks, context(_("All surveys: `/wps-survey list`"))]


def _survey(reader: Reader, survey: Survey) -> str:
    return reader._("{number} · *{title}* in {channel}, open until {moment}").format(
        number=survey.id,
        title=safe(survey.title, 200),
        channel=f"<#{survey.channel}>",
        moment=moment_words(survey.closes_at, reader.zone, reader.locale),
    )


def _survey_elements(reader: Reader, overview: Overview, survey: Survey) -> list[Element]:
    _ = reader._
    found = []
    if survey.questions and may(overview.actor.roles, Deed.ANSWER):
        questions = [option(f"{each.number}. {each.text}", str(each.id)) for each in survey.questions]
        found.append(select(ids.SURVEY_ANSWER, questions, _("Answer a question")))
    if may(overview.actor.roles, Deed.SEE_NETWORK_FIELDS):
        label = _("Results of survey {number}").format(number=survey.id)
        found.append(button(_("Results"), ids.SURVEY_RESULTS, f"{survey.id}:0", label=label))
    return found


def _delegation(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    if overview.actor.member is None or overview.actor.is_secretariat:
        return []
    asked = [each for each in overview.contacts if each.id in overview.stale and may_correct(overview.actor, each)][
        :MOST
    ]
    rest = [each for each in overview.contacts[:MOST_CONTACTS] if each not in asked]
    lines = [_contact(reader, overview, each) for each in rest]
    title = _("My delegation: {member}").format(member=safe(reader.names(overview.actor.member)))
    foot = _("More, and to correct it: `/wps-contacts`")
    none = [] if overview.contacts else [_("No current contact is recorded.")]
    rows = [section(_contact(reader, overview, each), _still_right(reader, each)) for each in asked]
    return [divider(), *packed([f"*{title}*", *lines, *none]), *rows, context(foot)]


def _still_right(reader: Reader, contact: Contact) -> Element:
    label = reader._("Still right: {name}").format(name=contact.name)
    return button(reader._("Still right"), ids.HOME_VERIFY, str(contact.id), label=label)


def _contact(reader: Reader, overview: Overview, contact: Contact) -> str:
    _ = reader._
    details = ", ".join(safe(each, 150) for each in (contact.title, contact.institution) if each)
    line = _("• *{name}* – {role}").format(name=safe(contact.name, 150), role=_(contact.role))
    checked = checked_on(contact)
    if contact.id in overview.stale:
        fresh = _("please check whether this is still right")
    else:
        fresh = _("checked {day}").format(day=day_words(checked, reader.locale)) if checked else ""
    return " – ".join(part for part in (line, details, fresh) if part)


def _network(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    troika = [f"*{_('The Troika')}*", *sides(reader, overview.presidencies, overview.today)]
    return [divider(), *packed(troika), *_next_meeting(reader, overview.meeting)]


def _next_meeting(reader: Reader, meeting: Meeting | None) -> list[Block]:
    _ = reader._
    title = f"*{_('The next meeting')}*"
    if meeting is None:
        return packed([title, _("No next meeting is known to me yet. The ones there were: `/wps-meeting list`")])
    number = str(meeting.id)
    row = actions(
        button(_("Its card"), ids.MEETING_SHOW, number, label=_("The card of the next meeting")),
        button(_("Calendar file"), ids.MEETING_CALENDAR, number),
    )
    return [*packed([title, whole_line(reader, meeting)]), row]


def _care(reader: Reader, overview: Overview) -> list[Block]:
    _ = reader._
    if overview.care is None:
        return []
    care = overview.care
    lines = [
        *_named(_("• Members without a focal point: {count} – {names}"), [reader.names(each) for each in care.gaps]),
        *_named(_("• Contacts that are linked to nobody in Slack: {count} – {names}"), _names(reader, care.unlinked)),
        *([_("• Contacts to be checked: {count}").format(count=care.unverified)] if care.unverified else []),
        *_undelivered(reader, care.undelivered),
    ]
    again = button(_("Send again"), ids.HOME_SEND_AGAIN, label=_("Send what could not be delivered again"))
    return [
        divider(),
        *packed([f"*{_('For the Secretariat')}*", *(lines or [_("Nothing to look after.")])]),
        *([actions(again)] if care.undelivered else []),
    ]


def _named(words: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = [safe(name, 80) for name in names[:MOST_NAMES]]
    return [words.format(count=len(names), names=", ".join(shown) + (" …" if len(names) > MOST_NAMES else ""))]


def _names(reader: Reader, found: Sequence[Contact]) -> list[str]:
    return [f"{each.name} ({reader.names(each.member)})" for each in found]


def _undelivered(reader: Reader, items: Sequence[Item]) -> list[str]:
    """Return what could not be delivered: where to, since when and why, never what it says."""
    if not items:
        return []
    _ = reader._
    shown = [_not_delivered(reader, item) for item in items[:MOST_UNDELIVERED]]
    more = ["…"] if len(items) > MOST_UNDELIVERED else []
    return [_("• Messages that could not be delivered: {count}").format(count=len(items)), *shown, *more]


def _not_delivered(reader: Reader, item: Item) -> str:
    _ = reader._
    place = f"<@{item.channel}>" if item.channel.startswith(("U", "W")) else f"<#{item.channel}>"
    word = item.error or ""
    said = _("    – to {place}, since {moment}: {why}")
    why = _(UNDELIVERED[word]) if word in UNDELIVERED else f"`{safe(word, 40)}`"
    return said.format(place=place, moment=moment_words(item.created_at, reader.zone, reader.locale), why=why)


def build_ask(reader: Reader, said: Said | None = None, number: int = 1) -> View:
    """Return the form in which a question is asked, with the answer to the one before; `number` counts them."""
    _ = reader._
    # A block id of its own each time: Slack would keep the last question in the field otherwise.
    block = f"question_{number}"
    entry = text_input(ids.HOME_QUESTION, multiline=True, limit=LONGEST_QUESTION)
    label = _("Ask another question") if said else _("Your question")
    hint = _("In any of the six UN languages, for example: Who is Namibia's focal point?")
    shown = [*said.blocks, divider()] if said else []
    blocks = [*shown, field(block, label, entry, hint=hint)]
    title, ask = _("Ask a question"), _("Ask")
    return modal(ids.HOME_ASK_FORM, title, blocks, submit=ask, close=_("Close"), metadata=str(number))
