"""What communiqués look like: the list, a text page by page, its forms, and how two versions differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.communique import CLAUSE_LIMIT, TITLE_LIMIT, Change, Clause, Difference, Line, Piece, Text, lines_of
from bot.rules.dates import moment_words, span_words
from bot.rules.text import Gettext, link, safe
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    checkboxes,
    context,
    divider,
    field,
    grouped_multi_select,
    header,
    modal,
    option,
    section,
    select,
    text_input,
)
from handlers.communique.wording import Wording
from handlers.reader import Reader
from storage.communiques import Association, Communique, State, Version

CLAUSES = 8
"""Clauses on a page: with what the reviewers may do with each they stay below Slack's limits on a message."""
SHOWN = 1200
"""Characters of a clause on a page; its form and the files hold all of it."""
REMOVE = "remove"
Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def known(_: Gettext, found: Communique) -> str:
    """Return in words how much of a text was read."""
    return {
        "whole": _("Its whole text is known."),
        "opening": _("Only the opening of its text was read."),
        "summary": _("Only summaries of its text were read."),
    }[found.known]


def state_name(_: Gettext, state: State) -> str:
    """Return what a state is called."""
    return {
        State.RECORDED: _("on record"),
        State.DRAFT: _("draft"),
        State.SILENCE: _("under silence"),
        State.ADOPTED: _("adopted"),
    }[state]


def line(reader: Reader, found: Communique) -> str:
    """Return a text in one line of mrkdwn."""
    days = span_words(found.starts_on, found.ends_on, reader.locale)
    said = f"{found.id} · *{safe(found.title)}*, {safe(found.place)}, {days}"
    return said if found.state is State.RECORDED else f"{said} · {state_name(reader._, found.state)}"


def build_list(reader: Reader, found: Sequence[Communique]) -> Words:
    """Return every text, the newest first."""
    _ = reader._
    title = _("Communiqués")
    if not found:
        text = _("No communiqués are known to me.")
        return text, [header(title), section(text)]
    lines = "\n".join(line(reader, each) for each in list(reversed(found))[:25])
    note = _("One with its source: {command}. Of meetings that are not here no joint text is confirmed.").format(
        command="`/wps-communique N`"
    )
    return f"*{title}*\n{lines}\n{note}", [header(title), section(lines), context(note)]


def build_recorded(reader: Reader, found: Communique) -> Words:
    """Return a text that is known from elsewhere, with what is known of it and its source."""
    _ = reader._
    body = [line(reader, found), *([safe(found.notes)] if found.notes else []), known(_, found)]
    shown = link(found.source, found.source) if found.source else _("none given")
    source = _("Source: {source}").format(source=shown)
    title = _("Communiqué {number}").format(number=found.id)
    text = "\n".join(body)
    return f"*{title}*\n{text}\n{source}", [header(title), section(text), context(source)]


# A text of our own ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """One page of a drafted text; `may_edit` shows what whoever drafts it can do, `silent` that a round is open.

    `own` says whether the reader's delegation may associate itself (False), has done so (True), or neither (None).
    """

    found: Communique
    version: Version
    number: int
    may_edit: bool
    rounds: bool = False
    associated: Sequence[Association] = ()
    own: bool | None = None


def pages_of(text: Text) -> int:
    """Return how many pages a text has."""
    return max(1, -(-len(text.clauses) // CLAUSES))


def build_text(reader: Reader, wording: Wording, page: Page) -> Words:
    """Return one page of a text: the opening on the first, then its clauses with where each comes from."""
    _ = reader._
    text, last = page.version.text, pages_of(page.version.text)
    number = max(0, min(page.number, last - 1))
    title = _("Communiqué {number}: {title}").format(number=page.found.id, title=text.title)
    facts = _facts(reader, page)
    blocks: list[Block] = [header(title), context(*facts)]
    said = [f"*{safe(title)}*", *facts]
    if number == 0:
        opening = safe(wording.opening(text), 2900)
        blocks.append(section(opening))
        said.append(opening)
    for each in lines_of(text)[number * CLAUSES : (number + 1) * CLAUSES]:
        words = _clause(_, wording, each)
        said.append(words)
        blocks.append(section(words, _edit(_, page, each) if _editable(page) else None))
    where = _("Page {page} of {pages}").format(page=number + 1, pages=last)
    blocks += [context(where), *_rows(_, page, number, last)]
    return "\n".join([*said, where]), blocks


def _facts(reader: Reader, page: Page) -> list[str]:
    _ = reader._
    made = moment_words(page.version.at, reader.zone, reader.locale)
    facts = [_("{state}, version {version}").format(state=state_name(_, page.found.state), version=page.version.number)]
    facts.append(_("of {moment}").format(moment=made))
    if page.version.note:
        facts.append(safe(page.version.note, 300))
    if page.associated:
        names = ", ".join(f"{reader.names(each.member)} ({each.at:%Y-%m-%d})" for each in page.associated)
        facts.append(_("Associated since: {names}").format(names=safe(names, 1500)))
    return facts


def _clause(_: Gettext, wording: Wording, each: Line) -> str:
    theme = f"*{safe(wording.theme(each.theme))}*\n" if each.theme else ""
    sources = ", ".join(map(str, each.clause.sources))
    from_ = f"\n_{_('From number {numbers}').format(numbers=sources)}_" if sources else ""
    return f"{theme}{each.number}. {safe(each.text, SHOWN)}{from_}"


def _editable(page: Page) -> bool:
    return page.may_edit and page.found.state is State.DRAFT


def _edit(_: Gettext, page: Page, each: Line) -> Element:
    label = _("Edit clause {number}").format(number=each.number)
    return button(_("Edit"), ids.COMMUNIQUE_CLAUSE, f"{page.found.id}:{each.clause.key}", label=label)


def _rows(_: Gettext, page: Page, number: int, last: int) -> list[Block]:
    this = str(page.found.id)
    turning = []
    if number > 0:
        turning.append(button(_("Previous"), ids.COMMUNIQUE_EARLIER, f"{this}:{page.version.number}:{number - 1}"))
    if number < last - 1:
        turning.append(button(_("Next"), ids.COMMUNIQUE_LATER, f"{this}:{page.version.number}:{number + 1}"))
    doing = []
    if _editable(page):
        doing.append(button(_("Edit the opening"), ids.COMMUNIQUE_OPENING, this))
        doing.append(button(_("Add a clause"), ids.COMMUNIQUE_ADD, this))
        doing.append(button(_("Put under silence"), ids.SILENCE_START, this, style="primary"))
    if page.version.number > 1:
        doing.append(button(_("What changed"), ids.COMMUNIQUE_COMPARE, f"{this}:{page.version.number}"))
    if page.rounds:
        doing.append(button(_("Silence"), ids.SILENCE_STATUS, this))
    doing += _association(_, page)
    return [actions(*row) for row in (turning, doing) if row]


def _association(_: Gettext, page: Page) -> list[Element]:
    if page.own is None or page.found.state is not State.ADOPTED:
        return []
    if page.own:
        return [button(_("Withdraw association"), ids.COMMUNIQUE_DISSOCIATE, str(page.found.id))]
    return [button(_("Associate my delegation"), ids.COMMUNIQUE_ASSOCIATE, str(page.found.id))]


# Forms ---------------------------------------------------------------------------------------------------------------


def build_draft_form(reader: Reader, wording: Wording, text: Text) -> View:
    """Return the form that starts a draft from what was accepted, with what is known of the meeting filled in."""
    _ = reader._
    count = _("Accepted records that become clauses: {count}").format(count=len(text.clauses))
    blocks = [section(count), *_opening_fields(_, wording, text)]
    return modal(ids.COMMUNIQUE_DRAFT_FORM, _("Draft a communiqué"), blocks, submit=_("Draft"), close=_("Cancel"))


def build_opening_form(reader: Reader, wording: Wording, version: Version) -> View:
    """Return the form for title, place, days, hosts and whoever is present."""
    _ = reader._
    metadata = f"{version.communique_id}:{version.number}"
    blocks = _opening_fields(_, wording, version.text)
    title = _("Edit the opening")
    return modal(ids.COMMUNIQUE_OPENING_FORM, title, blocks, submit=_("Save"), close=_("Cancel"), metadata=metadata)


def _opening_fields(_: Gettext, wording: Wording, text: Text) -> list[Block]:
    one_to_a_line = _("One to a line, or with commas between them; in any language.")
    return [
        field("title", _("Title"), text_input(ids.COMMUNIQUE_INPUT, initial=text.title, limit=TITLE_LIMIT)),
        field("place", _("Place"), text_input(ids.COMMUNIQUE_INPUT, initial=text.place, limit=100)),
        field("starts_on", _("First day"), _day(text.starts_on.isoformat())),
        field("ends_on", _("Last day"), _day(text.ends_on.isoformat())),
        field(
            "hosts",
            _("Hosts"),
            text_input(ids.COMMUNIQUE_INPUT, multiline=True, initial=wording.listed(text.hosts)),
            hint=one_to_a_line,
            optional=True,
        ),
        field("present", _("Delegations present"), _present(_, wording, text.present), optional=True),
        field(
            "further",
            _("Further delegations present, pasted as a list"),
            text_input(ids.COMMUNIQUE_INPUT, multiline=True),
            hint=one_to_a_line,
            optional=True,
        ),
        field(
            "others",
            _("Others who took part"),
            text_input(ids.COMMUNIQUE_INPUT, initial=text.others, limit=500),
            optional=True,
        ),
    ]


def _present(_: Gettext, wording: Wording, present: Sequence[str]) -> Element:
    """Return the menu in which delegations are ticked, by regional group; those that are present already are."""
    groups: dict[str, list[Element]] = {}
    for member in sorted(wording.members.values(), key=lambda each: each.name.casefold()):
        region = member.region or _("organisations and others")
        groups.setdefault(region, []).append(option(member.name, member.code))
    return grouped_multi_select(ids.COMMUNIQUE_INPUT, groups, _("Choose some"), present)


def _day(initial: str) -> Element:
    return {"type": "datepicker", "action_id": ids.COMMUNIQUE_DAY, "initial_date": initial}


def build_clause_form(reader: Reader, wording: Wording, version: Version, clause: Clause | None) -> View:
    """Return the form for one clause, or for a new one."""
    _ = reader._
    key = clause.key if clause else 0
    themes = [option(_(theme.title), theme.key) for theme in wording.network.themes]
    sources = ", ".join(map(str, clause.sources)) if clause else ""
    text = text_input(ids.COMMUNIQUE_INPUT, multiline=True, initial=clause.text if clause else "", limit=CLAUSE_LIMIT)
    place = "" if clause is None else str(version.text.clauses.index(clause) + 1)
    blocks = [
        field(
            "text", _("Text"), text, hint=_("Begin with a verb in the present tense; the semicolon comes by itself.")
        ),
        field(
            "theme",
            _("Theme"),
            select(ids.COMMUNIQUE_INPUT, themes, _("Choose a theme"), clause.theme if clause else None),
            optional=True,
        ),
        field(
            "sources",
            _("From these numbers of the store"),
            text_input(ids.COMMUNIQUE_INPUT, initial=sources, limit=200),
            optional=True,
        ),
        field(
            "place", _("Number of the clause"), text_input(ids.COMMUNIQUE_INPUT, initial=place, limit=4), optional=True
        ),
        field("note", _("Why it is changed"), text_input(ids.COMMUNIQUE_INPUT, limit=300), optional=True),
        *([_removal(_)] if clause else []),
    ]
    title = _("Edit a clause") if clause else _("Add a clause")
    metadata = f"{version.communique_id}:{version.number}:{key}"
    return modal(ids.COMMUNIQUE_CLAUSE_FORM, title, blocks, submit=_("Save"), close=_("Cancel"), metadata=metadata)


def _removal(_: Gettext) -> Block:
    boxes = checkboxes(ids.COMMUNIQUE_INPUT, [option(_("Take this clause out"), REMOVE)])
    return field("remove", _("Removing"), boxes, optional=True)


# Comparing -----------------------------------------------------------------------------------------------------------


def build_comparison(reader: Reader, versions: tuple[Version, Version], found: Sequence[Difference]) -> Words:
    """Return how two versions differ: what went is struck through, what came is bold."""
    _ = reader._
    older, newer = versions
    title = _("Communiqué {number}: version {older} and version {newer}").format(
        number=newer.communique_id, older=older.number, newer=newer.number
    )
    shown = [_difference(_, each) for each in found[:20]]
    rest = [_("Further differences: {count}").format(count=len(found) - 20)] if len(found) > 20 else []
    lines = [*(shown or [_("The two versions say the same.")]), *rest]
    key = _("~Struck through~: only in version {older}. *Bold*: only in version {newer}.").format(
        older=older.number, newer=newer.number
    )
    blocks = [header(title), context(key), divider(), *(section(each) for each in lines)]
    return "\n".join([f"*{safe(title)}*", key, *lines]), blocks


def _difference(_: Gettext, found: Difference) -> str:
    where = _("Clause {number}").format(number=found.where) if found.where else _("Title and opening")
    what = {
        Change.ADDED: _("{where}, added"),
        Change.REMOVED: _("{where}, taken out"),
        Change.CHANGED: _("{where}, changed"),
        Change.MOVED: _("{where}, moved here"),
    }[found.change].format(where=where)
    words = ""
    for each in _near(found.pieces):
        words = _joined(words, each)
    return f"_{what}_\n{words.strip()}"


def _near(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces, what stays the same cut to the words next to what does not."""
    if len(pieces) == 1:
        return list(pieces)
    return [each if each.mark != " " else Piece(" ", _middle_cut(each.words)) for each in pieces]


def _middle_cut(words: str, keep: int = 120) -> str:
    return words if len(words) <= 2 * keep else f"{words[:keep]} … {words[-keep:]}"


def _joined(words: str, piece: Piece) -> str:
    """Return what was shown so far with one more piece; Slack marks only what stands between blanks."""
    shown = safe(piece.words, 1000)
    core = shown.strip()
    sign = {"-": "~", "+": "*"}.get(piece.mark, "")
    marked = words[-1:] in {"~", "*"}
    if core and sign:
        shown = shown.replace(core, f"{sign}{core}{sign}", 1)
    apart = words and not words[-1].isspace() and not shown[:1].isspace()
    return f"{words} {shown}" if apart and (sign or marked) else f"{words}{shown}"
