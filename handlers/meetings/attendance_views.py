"""What attendance looks like: figures by region as text and chart, who comes, and the buttons to say so."""

from bot.rules.attendance import Attendance, Coming, Region
from bot.rules.text import Gettext, clip, safe
from handlers import ids
from handlers.blocks import Block, Element, actions, button, header, section
from handlers.meetings.card import Card
from handlers.meetings.words import Words, line
from handlers.reader import Reader

LABEL = 20
"""Characters of a chart's labels."""


def coming_name(_: Gettext, coming: Coming) -> str:
    """Return what an answer is called."""
    return {Coming.YES: _("coming"), Coming.PERHAPS: _("perhaps"), Coming.NO: _("not coming")}[coming]


def recorded(reader: Reader, said: Attendance) -> str:
    """Say what is recorded for a delegation."""
    words = reader._("Recorded for {member}: {answer}. You can say otherwise at any time.")
    return words.format(member=reader.names(said.member), answer=coming_name(reader._, said.coming))


def lines(reader: Reader, card: Card) -> list[str]:
    """Return who comes in words: in all, by region, and what the reader's own delegation has said."""
    _, told = reader._, card.figures
    if told is None:
        return []
    counted = [f"{coming_name(_, each)}: {told.counts[each]}" for each in Coming]
    whole = " · ".join([*counted, _("no answer yet: {count}").format(count=told.unanswered)])
    found = [_("*Delegations* – {counts}").format(counts=whole)]
    if any(told.counts.values()):
        found.append(_("By region: {regions}").format(regions=" · ".join(_in_region(_, each) for each in told.regions)))
    if told.observers:
        found.append(_("Observers who come, counted apart: {count}").format(count=told.observers))
    return [*found, *_own(reader, card)]


def _in_region(_: Gettext, region: Region) -> str:
    words = _("{region} {yes} coming, {perhaps} perhaps, {no} not, of {asked}")
    return words.format(
        region=safe(region.name or _("organisations and others")),
        yes=region.counts[Coming.YES],
        perhaps=region.counts[Coming.PERHAPS],
        no=region.counts[Coming.NO],
        asked=region.delegations,
    )


def _own(reader: Reader, card: Card) -> list[str]:
    _ = reader._
    if card.own is None:
        return []
    own = next((each for each in card.attendance if (each.member, each.observer) == card.own), None)
    if own is None:
        return [_("Your delegation has not answered yet.")] if card.may_attend else []
    name = safe(card.names.get(own.person, own.person), 80)
    return [_("Your delegation: *{answer}*, said by {name}").format(answer=coming_name(_, own.coming), name=name)]


def chart(reader: Reader, card: Card) -> list[Block]:
    """Return the native chart of delegations by region and answer; the same figures stand beside it as text."""
    _ = reader._
    if card.figures is None or not any(card.figures.counts.values()):
        return []
    regions = card.figures.regions
    labels = [clip(each.name or _("organisations"), LABEL) for each in regions]
    series = [
        {
            "name": clip(coming_name(_, coming), LABEL),
            "data": [
                {"label": label, "value": each.counts[coming]} for label, each in zip(labels, regions, strict=True)
            ],
        }
        for coming in Coming
    ]
    return [
        {
            "type": "data_visualization",
            "title": _("Who comes, by region"),
            "chart": {"type": "bar", "series": series, "axis_config": {"categories": labels}},
        }
    ]


def attending(reader: Reader, number: int) -> list[Block]:
    """Return the row with which a delegation says whether it comes to the meeting `number`."""
    return [actions(*_ways(reader, number))]


def _ways(reader: Reader, number: int) -> list[Element]:
    _, value = reader._, str(number)
    return [
        button(_("We come"), ids.MEETING_COMING, value, style="primary"),
        button(_("Perhaps"), ids.MEETING_PERHAPS, value, label=_("Perhaps we come")),
        button(_("We do not come"), ids.MEETING_NOT_COMING, value),
    ]


def buttons(reader: Reader, card: Card) -> list[Block]:
    """Return the row of the card: whether one's delegation comes, while that counts, and who comes."""
    ways = _ways(reader, card.meeting.id) if card.may_attend else []
    who = [button(reader._("Who comes"), ids.MEETING_WHO, str(card.meeting.id))] if card.belongs else []
    return [actions(*ways, *who)] if who else []


def build_who(reader: Reader, card: Card) -> Words:
    """Return the delegations by what they say, those who have not answered and the observers included."""
    _ = reader._
    title = _("Who comes to meeting {number}").format(number=card.meeting.id)
    voices = {each.member: each.coming for each in card.attendance if not each.observer}
    parts = [line(reader, card.meeting), *lines(reader, card)]
    groups = {coming_name(_, each): [code for code, said in voices.items() if said is each] for each in Coming}
    groups[_("no answer yet")] = [code for code in card.asked if code not in voices]
    groups[_("observers who come")] = [
        each.member for each in card.attendance if each.observer and each.coming is Coming.YES
    ]
    for name, codes in groups.items():
        if codes:
            names = ", ".join(sorted(safe(reader.names(code), 80) for code in codes))
            parts.append(f"*{name}*: {clip(names, 2500)}")
    row = actions(button(_("The meeting"), ids.MEETING_SHOW, str(card.meeting.id)))
    return "\n".join([title, *parts]), [header(title), *(section(each) for each in parts), *chart(reader, card), row]
