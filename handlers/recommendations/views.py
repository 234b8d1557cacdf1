"""What recommendations look like: the form, one record, the list, and what others see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor, Deed, may
from bot.rules.profile import Network
from bot.rules.recommendations import (
    ENDORSABLE,
    OPEN,
    REASON_LIMIT,
    TEXT_LIMIT,
    Kind,
    NewRecommendation,
    State,
    Wanted,
    next_states,
    one_line,
    takes_back,
)
from bot.rules.text import Gettext, clip, link, quote, safe
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    confirm,
    context,
    divider,
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
from handlers.listening import Focal
from storage.meetings import Meeting
from storage.members import Member
from storage.recommendations import Recommendation, Revision
from storage.surveys import Survey

PAGE = 8
"""Records on a page of the list."""
NAMES_SHOWN = 40
Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


@dataclass(frozen=True)
class Look:
    """In whose language (`locale` is an IETF tag) and with whose eyes something is shown; without an actor, to all."""

    focal: Focal
    _: Gettext
    members: Mapping[str, Member]
    locale: str = "en"
    actor: Actor | None = None

    def name(self, code: str) -> str:
        """Return what a member is called, not escaped."""
        return self.focal.gazetteer.display_name(code, self.locale)

    def formal(self, code: str) -> str:
        """Return a member's formal name, by which forms know it, not escaped."""
        return self.members[code].name if code in self.members else code

    def names(self, codes: Sequence[str]) -> str:
        """Return what members are called, in the order of their names, not escaped."""
        return ", ".join(sorted(self.name(code) for code in codes))

    def theme(self, key: str) -> str:
        """Return what a theme is called, not escaped."""
        return self.focal.network.theme_title(key) if key else ""

    def regions(self, codes: Sequence[str]) -> str:
        """Return how many of the members lie in each regional group, not escaped."""
        counted: dict[str, int] = {}
        for code in codes:
            known = self.members.get(code)
            region = known.region if known else ""
            counted[region] = counted.get(region, 0) + 1
        order = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        return ", ".join(f"{region or self._('organisations and others')} {count}" for region, count in order)

    def may(self, deed: Deed) -> bool:
        """Tell whether the reader may do `deed`."""
        return self.actor is not None and may(self.actor.roles, deed)


def kind_name(_: Gettext, kind: Kind) -> str:
    """Return what a kind of record is called."""
    return {
        Kind.RECOMMENDATION: _("Recommendation"),
        Kind.PRACTICE: _("Practice"),
        Kind.LESSON: _("Lesson"),
    }[kind]


def state_name(_: Gettext, state: State) -> str:
    """Return what a state is called."""
    return {
        State.PROPOSED: _("proposed"),
        State.UNDER_REVIEW: _("under review"),
        State.ACCEPTED: _("accepted"),
        State.IN_COMMUNIQUE: _("in a communiqué"),
        State.FOLLOWED_UP: _("followed up"),
        State.MERGED: _("merged"),
        State.DECLINED: _("declined"),
        State.WITHDRAWN: _("withdrawn"),
    }[state]


def phrases(_: Gettext, network: Network, meetings: Sequence[Meeting] = ()) -> dict[str, tuple[str, str]]:
    """Return what a list can be asked for in the reader's words, each with the part of a filter it stands for."""
    named = {state_name(_, state): ("state", state.value) for state in State}
    named |= {kind_name(_, kind): ("kind", kind.value) for kind in Kind}
    for theme in network.themes:
        named |= {
            theme.key: ("theme", theme.key),
            _(theme.title): ("theme", theme.key),
            theme.title: ("theme", theme.key),
        }
    for meeting in meetings:
        meant = ("meeting", str(meeting.id))
        named |= {meeting.title: meant, f"{meeting.place} {meeting.starts_on:%Y}": meant}
    return named


# The form ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choices:
    """What the form offers beside its fixed choices.

    `least` is the attribution that names most of those allowed; surveys come with their questions, None where the
    question is known.
    """

    surveys: Sequence[Survey] | None = ()
    meetings: Sequence[Meeting] = ()
    least: Attribution = Attribution.ATTRIBUTED


def build_form(look: Look, new: NewRecommendation, choices: Choices, metadata: str, *, cut: bool = False) -> View:
    """Return the form that proposes; `new` is what it starts with, and what was said in a message is named above it.

    Where the message answers a question, neither the question nor anything less strict than its attribution is offered.
    """
    blocks = [*([section(_heard(look, new))] if new.source else []), *form_fields(look, new, choices, cut=cut)]
    title, submit = look._("Propose"), look._("Propose")
    return modal(ids.RECOMMENDATION_FORM, title, blocks, submit=submit, close=look._("Cancel"), metadata=metadata)


def build_similar(
    look: Look, new: NewRecommendation, choices: Choices, metadata: str, similar: Sequence[Recommendation]
) -> View:
    """Return the form again with what says much the same above it: to endorse that, or to propose all the same."""
    _ = look._
    blocks = [section(_("Something much like it is in the store. Would your delegation rather endorse that?"))]
    for record in similar:
        blocks += [section(_item(look, record)), *_instead(look, record)]
    blocks += [divider(), *form_fields(look, new, choices)]
    title, submit = _("Propose"), _("Propose all the same")
    return modal(ids.RECOMMENDATION_ANYWAY_FORM, title, blocks, submit=submit, close=_("Cancel"), metadata=metadata)


def _instead(look: Look, record: Recommendation) -> list[Block]:
    may_endorse = record.state in ENDORSABLE and look.may(Deed.ENDORSE) and look.actor is not None
    if not may_endorse or (look.actor and look.actor.member in record.endorsed_by):
        return []
    return [actions(_button(look, look._("Endorse this instead"), ids.RECOMMENDATION_ENDORSE_INSTEAD, record))]


def build_endorsed_instead(look: Look, number: int) -> View:
    """Return what stands in the form's place once something else was endorsed."""
    _ = look._
    said = _("Your delegation endorses number {number} now; your own text was not proposed. See it: {show}").format(
        number=number, show=f"`/wps-recommend show {number}`"
    )
    return modal("notice", _("Propose"), [section(said)], close=_("Close"))


def form_fields(look: Look, new: NewRecommendation, choices: Choices, *, cut: bool = False) -> list[Block]:
    """Return the fields in which a proposal is worded, with `new` in them; `cut` says that its words were longer."""
    _ = look._
    hint = _("The message was longer than {most} characters; the rest of it is not in here.").format(most=TEXT_LIMIT)
    return [
        field(
            "text",
            _("What is recommended, or what was learned"),
            text_input(ids.RECOMMENDATION_INPUT, multiline=True, initial=new.text, limit=TEXT_LIMIT),
            hint=hint if cut else _("One to a record, in a sentence or two that others can act on."),
        ),
        field("kind", _("This is a"), _kinds(_, new.kind)),
        field("theme", _("Theme"), _themes(look, new.theme)),
        field("attribution", _("Who is named"), _attributions(_, choices.least, new.attribution)),
        *_reach_fields(look, new.addressees, new.tags),
        *([] if choices.surveys is None else _question_field(_, choices.surveys, new.question_id)),
        *_meeting_field(_, choices.meetings, new.meeting_id),
    ]


def _reach_fields(look: Look, addressees: Sequence[str], tags: Sequence[str]) -> list[Block]:
    _ = look._
    named = ", ".join(look.formal(code) for code in addressees)
    return [
        field(
            "addressees",
            _("To whom it is addressed"),
            text_input(ids.RECOMMENDATION_INPUT, initial=named, limit=2000),
            hint=_("Members with commas between them, in any language; empty for all of them."),
            optional=True,
        ),
        field(
            "tags",
            _("Tags"),
            text_input(ids.RECOMMENDATION_INPUT, initial=", ".join(tags), limit=500),
            hint=_("With commas between them, for example: childcare, gender-advisers."),
            optional=True,
        ),
    ]


def _heard(look: Look, new: NewRecommendation) -> str:
    _ = look._
    lines = [_("From a message of {who}.").format(who=origin(look, new) or _("somebody who is not named"))]
    if new.question:
        lines.append(_("In answer to: {question}").format(question=safe(new.question, 500)))
    if not new.verbatim:
        return "\n".join(lines)
    return "\n".join([*lines, _("If you change the words, the record says that they are yours.")])


def _kinds(_: Gettext, chosen: Kind) -> Element:
    return radio(ids.RECOMMENDATION_INPUT, [option(kind_name(_, kind), kind.value) for kind in Kind], chosen.value)


def _themes(look: Look, chosen: str) -> Element:
    options = [option(look._(theme.title), theme.key) for theme in look.focal.network.themes]
    return select(ids.RECOMMENDATION_INPUT, options, look._("Choose a theme"), chosen or None)


def attribution_choice(_: Gettext, attribution: Attribution) -> str:
    """Return what is named under an attribution, as a choice in the form."""
    return {
        Attribution.ATTRIBUTED: _("The person and the delegation"),
        Attribution.DELEGATION: _("The delegation only"),
        Attribution.CHATHAM: _("Nobody (Chatham House Rule)"),
    }[attribution]


def _attributions(_: Gettext, least: Attribution, chosen: Attribution) -> Element:
    order = list(Attribution)
    allowed = order[order.index(least) :]
    options = [option(attribution_choice(_, each), each.value) for each in allowed]
    return radio(ids.RECOMMENDATION_INPUT, options, chosen.value)


def _question_field(_: Gettext, surveys: Sequence[Survey], chosen: int | None) -> list[Block]:
    options = [
        option(f"{survey.id}.{asked.number} {one_line(asked.text)}", str(asked.id))
        for survey in surveys
        for asked in survey.questions
    ]
    if not options:
        return []
    menu = select(ids.RECOMMENDATION_INPUT, options, _("A question of a survey"), str(chosen))
    return [field("question", _("In answer to"), menu, optional=True)]


def _meeting_field(_: Gettext, meetings: Sequence[Meeting], chosen: int | None) -> list[Block]:
    options = [
        option(f"{meeting.title}, {meeting.place} {meeting.starts_on:%Y}", str(meeting.id)) for meeting in meetings
    ]
    if not options:
        return []
    menu = select(ids.RECOMMENDATION_INPUT, options, _("A meeting"), str(chosen))
    return [field("meeting", _("Meeting"), menu, optional=True)]


# One record ----------------------------------------------------------------------------------------------------------


def origin(look: Look, new: NewRecommendation) -> str:
    """Return in mrkdwn from whom a record comes, as far as its attribution lets it be said; it may be nobody."""
    _ = look._
    if new.attribution is Attribution.CHATHAM:
        return ""
    name = safe(new.author_name, 150) if isinstance(new, Recommendation) and new.author_name else ""
    whom = safe(look.name(new.member), 150) if new.member else _("the Secretariat") if new.secretariat else ""
    said = ", ".join(each for each in (f"*{whom}*" if whom else "", name) if each)
    return f"{said} {_('(observer)')}" if said and new.observer else said


def _put_forward(look: Look, record: Recommendation) -> str:
    """Return by whom a record was put forward, if that is another delegation than the one it comes from."""
    _ = look._
    if record.proposer_member is None or record.proposer_member == record.member:
        return ""
    by = safe(look.name(record.proposer_member), 150)
    by = f"{by} {_('(observer)')}" if record.proposer_observer else by
    said = _("Put forward by {delegation}") if record.verbatim else _("Put forward by {delegation}, in its own words")
    return said.format(delegation=by)


def details(look: Look, record: Recommendation) -> list[str]:
    """Return what is known of a record beside its text, a line of mrkdwn each."""
    _ = look._
    from_whom = origin(look, record)
    named = [look.theme(record.theme) and _("Theme: {theme}").format(theme=safe(_(look.theme(record.theme))))]
    named.append(from_whom and _("From: {who}").format(who=from_whom))
    named.append(_("Nobody is named (Chatham House Rule)") * (record.attribution is Attribution.CHATHAM))
    named.append(_put_forward(look, record))
    named.append(
        record.question and _("In answer to: {question}").format(question=safe(one_line(record.question), 400))
    )
    to = safe(look.names(record.addressees), 600)
    named.append(to and _("Addressed to: {names}").format(names=to))
    named.append(record.meeting and _("Meeting: {title}").format(title=safe(record.meeting, 300)))
    tags = safe(" ".join(f"#{each}" for each in record.tags), 500)
    named.append(tags and _("Tags: {tags}").format(tags=tags))
    named.append(record.url and link(record.url, _("Where it was said")))
    return [each for each in (_state(look, record), *named, *endorsed(look, record)) if each]


def _state(look: Look, record: Recommendation) -> str:
    _ = look._
    said = _("{kind}, {state}, since {day}").format(
        kind=kind_name(_, record.kind), state=state_name(_, record.state), day=f"{record.changed_at:%Y-%m-%d}"
    )
    if record.merged_into:
        said = _("{state} It is part of number {number}.").format(state=f"{said}.", number=record.merged_into)
    return f"{said}: {safe(one_line(record.reason), 600)}" if record.reason else said


def endorsed(look: Look, record: Recommendation) -> list[str]:
    """Return who endorses a record: delegations, how many of them, and from which regions; never persons."""
    _ = look._
    count = _("Endorsed by delegations: {count}").format(count=len(record.endorsed_by))
    if not record.endorsed_by:
        return [count]
    shown = look.names(record.endorsed_by[:NAMES_SHOWN])
    more = len(record.endorsed_by) - NAMES_SHOWN
    named = shown if more <= 0 else _("{names} and {count} more").format(names=shown, count=more)
    regions = _("By region: {regions}").format(regions=safe(look.regions(record.endorsed_by)))
    return [f"{count} ({safe(named, 1500)})", regions]


@dataclass(frozen=True)
class Around:
    """What belongs to a record: those that were merged into it and, for reviewers, those that say much the same.

    `clauses` says where it stands in adopted texts: the communiqué's number and the clause's.
    """

    parts: Sequence[Recommendation] = ()
    similar: Sequence[Recommendation] = ()
    clauses: Sequence[tuple[int, int]] = ()


def build_record(look: Look, record: Recommendation, around: Around, note: str = "") -> Words:
    """Return one record with what its reader may do; `note` says above it what has just been done."""
    _ = look._
    title = f"{kind_name(_, record.kind)} {record.number}"
    said = quote(record.text, 2800) if record.text else _("Its words were taken back.")
    known = [*details(look, record), *(_part(look, each) for each in around.parts)]
    known += [
        _("In communiqué {number}, clause {clause}: {show}").format(
            number=number, clause=clause, show=f"`/wps-communique {number}`"
        )
        for number, clause in around.clauses
    ]
    if around.similar:
        named = ", ".join(str(each.number) for each in around.similar)
        known.append(_("Perhaps the same: {numbers}").format(numbers=named))
    blocks = [
        *([section(note)] if note else []),
        header(title),
        section(said),
        section("\n".join(known)),
        *_rows(look, record),
    ]
    return "\n".join([*([note] if note else []), f"*{title}*", said, *known]), blocks


def _part(look: Look, part: Recommendation) -> str:
    """Return in a line what a record took in, from whom, and where that was said."""
    _ = look._
    where = link(part.url, _("Where it was said")) if part.url else ""
    facts = " · ".join(each for each in (origin(look, part), where) if each)
    said = _("Merged from number {number}").format(number=part.number)
    return f"{said}: {facts}" if facts else said


def _rows(look: Look, record: Recommendation) -> list[Block]:
    _ = look._
    row = [*_voice_buttons(look, record), *_proposer_buttons(look, record)]
    if record.version > 1:
        row.append(_button(look, _("History"), ids.RECOMMENDATION_HISTORY, record))
    review = _review_buttons(look, record) if look.may(Deed.REVIEW) else []
    return [actions(*each) for each in (row, review) if each]


def _button(
    look: Look, text: str, action_id: str, record: Recommendation, value: str | None = None, **more: Any
) -> Element:
    label = look._("{deed}: number {number}").format(deed=text, number=record.number)
    return button(text, action_id, value or str(record.number), label=label, **more)


def _voice_buttons(look: Look, record: Recommendation) -> list[Element]:
    _ = look._
    if record.state not in ENDORSABLE or not look.may(Deed.ENDORSE) or look.actor is None or not look.actor.member:
        return []
    if look.actor.member in record.endorsed_by:
        return [_button(look, _("Withdraw endorsement"), ids.RECOMMENDATION_UNENDORSE, record)]
    return [_button(look, _("Endorse"), ids.RECOMMENDATION_ENDORSE, record, style="primary")]


def _proposer_buttons(look: Look, record: Recommendation) -> list[Element]:
    if record.state not in OPEN or look.actor is None or not takes_back(look.actor, record):
        return []
    return [withdraw_button(look, record)]


def withdraw_button(look: Look, record: Recommendation) -> Element:
    """Return the button that takes a proposal back, after asking."""
    _ = look._
    sure = confirm(
        _("Take it back?"),
        _("Its words are forgotten, and number {number} stays empty.").format(number=record.number),
        _("Take it back"),
        _("Keep it"),
    )
    return _button(look, _("Take back"), ids.RECOMMENDATION_WITHDRAW, record, style="danger", confirm=sure)


def _review_buttons(look: Look, record: Recommendation) -> list[Element]:
    _ = look._
    following = next_states(record.state)
    row = []
    if State.UNDER_REVIEW in following:
        row.append(_button(look, _("Take under review"), ids.RECOMMENDATION_REVIEW, record))
    if State.ACCEPTED in following:
        row.append(_button(look, _("Accept"), ids.RECOMMENDATION_ACCEPT, record, style="primary"))
    if State.DECLINED in following:
        row.append(_button(look, _("Decline"), ids.RECOMMENDATION_DECLINE, record, style="danger"))
    if record.state in ENDORSABLE:
        row.append(_button(look, _("Edit"), ids.RECOMMENDATION_EDIT, record))
    if State.MERGED in following:
        row.append(_button(look, _("Compare and merge"), ids.RECOMMENDATION_COMPARE, record))
    return row


def build_history(look: Look, record: Recommendation, history: Sequence[Revision]) -> Words:
    """Return every version of a record, the newest first, with who changed it and why."""
    _ = look._
    title = _("History of number {number}").format(number=record.number)
    lines = [_revision(look, record, each) for each in reversed(history)][:20]
    return "\n".join([f"*{title}*", *lines]), [header(title), *(section(line) for line in lines)]


def _revision(look: Look, record: Recommendation, revision: Revision) -> str:
    _ = look._
    # Who proposed may be hidden by the attribution; who decides answers for it by name.
    who = origin(look, record) if revision.version == 1 else safe(revision.by_name, 150)
    head = f"{revision.version}. {revision.at:%Y-%m-%d %H:%M} UTC, {state_name(_, revision.state)}"
    line = f"*{head}*{f' – {who}' if who else ''}"
    why = f"\n{safe(one_line(revision.reason), 300)}" if revision.reason else ""
    return f"{line}{why}\n{quote(revision.text, 350)}" if revision.text else f"{line}{why}"


# The list ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """One page of a list: what was asked for, which part of how many records."""

    asked: str
    wanted: Wanted
    start: int
    total: int
    records: Sequence[Recommendation]
    meetings: Sequence[Meeting] = ()


def build_list(look: Look, page: Page) -> Words:
    """Return a page of records, with how the request was understood."""
    _ = look._
    title = _("Recommendations, practices and lessons")
    understood = _understood(look, page)
    if not page.records:
        text = _("Nothing in the store matches.") if understood else _("Nothing was proposed yet.")
        lines = [text, *understood, _usage(_)]
        return "\n".join([f"*{title}*", *lines]), [header(title), section(text), context(*understood, _usage(_))]
    items = [_item(look, record) for record in page.records]
    where = _("{first} to {last} of {total}").format(
        first=page.start + 1, last=page.start + len(page.records), total=page.total
    )
    blocks = [header(title), *([context(*understood)] if understood else [])]
    for item, record in zip(items, page.records, strict=True):
        blocks += [
            section(item, _button(look, _("Show"), ids.RECOMMENDATION_SHOW, record)),
            *_queued(look, page, record),
        ]
    blocks += [context(where, _usage(_)), *_turning(look, page)]
    return "\n".join([f"*{title}*", *understood, *items, where, _usage(_)]), blocks


def _queued(look: Look, page: Page, record: Recommendation) -> list[Block]:
    """Return the reviewers' buttons under a record, where the list asks for nothing but what waits for a decision."""
    if not page.wanted.states or not set(page.wanted.states) <= set(OPEN) or not look.may(Deed.REVIEW):
        return []
    _ = look._
    back = f"{record.number}:{page.start}:{page.asked}"
    row = [_button(look, _("Accept"), ids.RECOMMENDATION_QUEUE_ACCEPT, record, value=back, style="primary")]
    if record.state is State.PROPOSED:
        row.append(_button(look, _("Take under review"), ids.RECOMMENDATION_QUEUE_REVIEW, record, value=back))
    row.append(_button(look, _("Decline"), ids.RECOMMENDATION_DECLINE, record))
    row.append(_button(look, _("Compare and merge"), ids.RECOMMENDATION_COMPARE, record))
    return [actions(*row)]


def _usage(_: Gettext) -> str:
    return _("Narrow it by theme, member, region, meeting, state, kind, #tag or words; {show} shows one.").format(
        show="`/wps-recommend show N`"
    )


def _item(look: Look, record: Recommendation) -> str:
    _ = look._
    facts = [
        kind_name(_, record.kind),
        state_name(_, record.state),
        safe(_(look.theme(record.theme))) if record.theme else "",
        origin(look, record),
        _("endorsed by {count}").format(count=len(record.endorsed_by)) if record.endorsed_by else "",
    ]
    text = safe(clip(one_line(record.text), 280)) or _("Its words were taken back.")
    return f"*{record.number}* · {text}\n{' · '.join(each for each in facts if each)}"


def _understood(look: Look, page: Page) -> list[str]:
    _, wanted = look._, page.wanted
    titles = {each.id: each.title for each in page.meetings}
    parts = (
        (_("Addressed to: {names}"), "names", [look.name(code) for code in wanted.to]),
        (_("Meeting: {title}"), "title", [titles.get(each, str(each)) for each in wanted.meetings]),
        (_("Tags: {tags}"), "tags", [f"#{each}" for each in wanted.tags]),
        (_("Theme: {theme}"), "theme", [_(look.theme(key)) for key in wanted.themes]),
        (_("Member: {member}"), "member", [look.name(code) for code in wanted.members]),
        (_("Region: {region}"), "region", wanted.regions),
        (_("State: {state}"), "state", [state_name(_, state) for state in wanted.states]),
        (_("Kind: {kind}"), "kind", [kind_name(_, kind) for kind in wanted.kinds]),
        (_("Words: {words}"), "words", wanted.words),
    )
    lines = [words.format(**{name: safe(", ".join(values), 300)}) for words, name, values in parts if values]
    return [*lines, *([_("Of your delegation")] if wanted.mine else [])]


def _turning(look: Look, page: Page) -> list[Block]:
    row = []
    if page.start:
        row.append(button(look._("Newer"), ids.RECOMMENDATION_NEWER, f"{max(page.start - PAGE, 0)}:{page.asked}"))
    if page.start + PAGE < page.total:
        row.append(button(look._("Older"), ids.RECOMMENDATION_OLDER, f"{page.start + PAGE}:{page.asked}"))
    return [actions(*row)] if row else []


# What others see -----------------------------------------------------------------------------------------------------


def build_card(look: Look, record: Recommendation) -> dict[str, Any]:
    """Return the message that shows a record to everybody in the thread it comes from."""
    _ = look._
    title = f"*{kind_name(_, record.kind)} {record.number}* ({state_name(_, record.state)})"
    said = quote(record.text, 1200) if record.text else _("Its words were taken back.")
    lines = [title, said, *_card_origin(look, record), *endorsed(look, record)]
    row = [_button(look, _("Details"), ids.RECOMMENDATION_SHOW, record)]
    if record.state in ENDORSABLE:
        row.insert(0, _button(look, _("Endorse"), ids.RECOMMENDATION_ENDORSE_SHARED, record))
    return message("\n".join(lines), [section("\n".join(lines)), actions(*row)])


def _card_origin(look: Look, record: Recommendation) -> list[str]:
    from_whom = origin(look, record)
    said = look._("From: {who}").format(who=from_whom) if from_whom else ""
    return [each for each in (said, _put_forward(look, record)) if each]


def build_suggested(look: Look, record: Recommendation, *, new: bool) -> dict[str, Any]:
    """Return what whoever put a :bulb: on a reply is told: its number, and what they may do with it."""
    _ = look._
    said = _("This reply is proposed as number {number}.") if new else _("This reply is number {number} already.")
    row = [_button(look, _("Show"), ids.RECOMMENDATION_SHOW, record), *_voice_buttons(look, record)]
    text = said.format(number=record.number)
    return message(text, [section(text), actions(*row)])


def build_decided(look: Look, record: Recommendation) -> dict[str, Any]:
    """Return the DM to whoever said or proposed something on which somebody has decided."""
    _ = look._
    text = _("Number {number} is now {state}.").format(number=record.number, state=f"*{state_name(_, record.state)}*")
    reason = [_("Reason: {reason}").format(reason=safe(record.reason, 1000))] if record.reason else []
    said = "\n".join([text, *reason, *([quote(record.text, 1000)] if record.text else [])])
    return message(said, [section(said), actions(_button(look, _("Show"), ids.RECOMMENDATION_SHOW, record))])


def build_proposed(look: Look, record: Recommendation) -> str:
    """Return what whoever proposed by the form is told."""
    _ = look._
    said = _("Proposed as number {number}. See it again, or take it back: {show}").format(
        number=record.number, show=f"`/wps-recommend show {record.number}`"
    )
    if record.attribution is not Attribution.CHATHAM:
        return said
    return _("Proposed as number {number}, without a name: not even I know whose it is.").format(number=record.number)


# Forms of the reviewers ----------------------------------------------------------------------------------------------


def build_decline_form(look: Look, record: Recommendation) -> View:
    """Return the form that asks why a record is declined."""
    _ = look._
    reason = text_input(ids.RECOMMENDATION_INPUT, multiline=True, limit=REASON_LIMIT)
    blocks = [
        section(f"*{record.number}*\n{quote(record.text, 1500)}"),
        field("reason", _("Reason"), reason, hint=_("Whoever proposed it is told, and everybody can read it.")),
    ]
    return modal(
        ids.RECOMMENDATION_DECLINE_FORM,
        _("Decline"),
        blocks,
        submit=_("Decline"),
        close=_("Cancel"),
        metadata=str(record.number),
    )


def build_edit_form(look: Look, record: Recommendation) -> View:
    """Return the form in which a reviewer changes what a record says."""
    _ = look._
    text = text_input(ids.RECOMMENDATION_INPUT, multiline=True, initial=record.text, limit=TEXT_LIMIT)
    why = text_input(ids.RECOMMENDATION_INPUT, limit=REASON_LIMIT)
    blocks = [
        field("text", _("Text"), text, hint=_("What it said before is kept in its history.")),
        field("kind", _("This is a"), _kinds(_, record.kind)),
        field("theme", _("Theme"), _themes(look, record.theme)),
        *_reach_fields(look, record.addressees, record.tags),
        field("reason", _("Why it is changed"), why),
    ]
    return modal(
        ids.RECOMMENDATION_EDIT_FORM,
        _("Edit number {number}").format(number=record.number),
        blocks,
        submit=_("Save"),
        close=_("Cancel"),
        metadata=f"{record.number}:{record.version}",
    )


def build_merge_form(look: Look, record: Recommendation, similar: Sequence[Recommendation]) -> View:
    """Return a record beside those that say much the same, and the choice of which one it becomes a part of."""
    _ = look._
    blocks: list[Block] = []
    for other in similar:
        blocks += [section("", fields=[_beside(look, record), _beside(look, other)]), divider()]
    if not similar:
        blocks += [section(_beside(look, record)), section(_("Nothing in the store says much the same."))]
    number = text_input(ids.RECOMMENDATION_INPUT, initial=str(similar[0].number) if similar else "", limit=9)
    reason = text_input(ids.RECOMMENDATION_INPUT, limit=REASON_LIMIT)
    hint = _("The number that stays. It keeps both authors, both links and all endorsements.")
    blocks += [
        field("into", _("Number {number} becomes part of number").format(number=record.number), number, hint=hint),
        field("reason", _("Reason"), reason, optional=True),
    ]
    return modal(
        ids.RECOMMENDATION_MERGE_FORM,
        _("Compare and merge"),
        blocks,
        submit=_("Merge"),
        close=_("Cancel"),
        metadata=str(record.number),
    )


def _beside(look: Look, record: Recommendation) -> str:
    facts = [origin(look, record), look._("endorsed by {count}").format(count=len(record.endorsed_by))]
    text = safe(one_line(record.text), 1500)
    return f"*{record.number}* · {text}\n{' · '.join(each for each in facts if each)}"
