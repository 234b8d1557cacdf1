"""Whole conversations about meetings, held with the real bot."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import Clock
from storage import audit
from tests.harness import Harness, harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message

BERLIN: dict[str, Any] = {
    "kind": "capital-level",
    "title": "Sixth capital-level meeting",
    "starts_on": "2026-05-04",
    "ends_on": "2026-05-06",
    "place": "Berlin",
    "opens": "09:00",
    "closes": "17:30",
    "theme": "Participation & protection",
    "host": "Germany",
    "documents": "Agenda https://example.org/agenda",
    "notes": "Registration at the main gate.",
}
NEW = 16
"""The number of the first meeting after those that are shipped."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def planned(bot: Harness, person: Person, **changed: Any) -> dict[str, str]:
    """Plan the meeting in Berlin by its form; return the form's errors."""
    await person.command("/wps-meeting new")
    errors = await person.submit(BERLIN | changed)
    await bot.settle()
    return errors


async def changed(bot: Harness, person: Person, **values: Any) -> dict[str, str]:
    """Change the meeting in Berlin by its form; return the form's errors."""
    await person.command(f"/wps-meeting edit {NEW}")
    errors = await person.submit(values)
    await bot.settle()
    return errors


async def card(person: Person) -> Message:
    """Return the meeting's card as this person sees it."""
    answer = await person.command(f"/wps-meeting show {NEW}")
    assert isinstance(answer, Message)
    return answer


async def test_a_planned_meeting_is_the_next_one(bot: Harness) -> None:
    """The form's words stand on the card, with its times on its own clock and on the reader's."""
    sec = await bot.member_of_secretariat(tz="America/New_York")

    errors = await planned(bot, sec)
    saved = text_of(sec.modal)
    shown = text_of(await sec.command("/wps-meeting"))

    assert errors == {}
    assert "*Sixth capital-level meeting*, Berlin, 4 May 2026 – 6 May 2026" in saved
    assert "The next meeting\n*Sixth capital-level meeting*, capital-level meeting" in shown
    assert "When: 4 May 2026 – 6 May 2026, 09:00 – 17:30 (Europe/Berlin, UTC+2); for you it begins Monday 4" in shown
    assert (
        "Theme: Participation &amp; protection\nHost: Germany\nDocuments: <https://example.org/agenda|Agenda>" in shown
    )
    assert "As Sec Retary saved it, Monday 2 March 2026, 05:00 (America/New_York, UTC-5)" in shown


async def test_documents_are_for_the_network(bot: Harness) -> None:
    """Somebody whom nobody has linked sees when and where, but neither documents nor the button that changes it."""
    sec = await bot.member_of_secretariat()
    guest = await bot.person("Guest Person")
    await planned(bot, sec)

    shown = text_of(await card(guest))

    assert "Berlin" in shown
    assert "Agenda" not in shown
    assert "Change" not in shown


@pytest.mark.parametrize("member", ["UY", None])
async def test_only_who_plans_meetings_may(bot: Harness, member: str | None) -> None:
    """A focal point outside the Troika and a stranger are told who may, and no form opens."""
    ana = await bot.person("Ana Costa", member)

    new = text_of(await ana.command("/wps-meeting new"))
    edit = text_of(await ana.command("/wps-meeting edit 1"))

    assert "You cannot plan meetings here. This is open to: the Secretariat, the presidency, the Troika." in new
    assert edit == new
    assert ana.modal is None


async def test_a_meeting_moves_and_is_cancelled(bot: Harness) -> None:
    """Its new days are shown; a cancelled one is no longer the next, and is struck through in the list."""
    liv = await bot.person("Liv Berg", "NO", tz="Europe/Oslo")
    await planned(bot, liv)

    moved = await changed(bot, liv, starts_on="2026-06-01", ends_on="2026-06-02")
    after = text_of(await card(liv))
    await changed(bot, liv, state="cancelled")

    assert moved == {}
    assert "When: 1 June 2026 – 2 June 2026, 09:00" in after
    assert "No next meeting is known to me yet." in text_of(await liv.command("/wps-meeting"))
    assert "This meeting is cancelled." in text_of(await card(liv))
    assert "16 · ~Sixth capital-level meeting~, Berlin" in text_of(await liv.command("/wps-meeting list"))


async def test_every_change_is_in_the_audit_log(bot: Harness) -> None:
    """Who planned and who changed which fields is kept."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    await changed(bot, sec, starts_on="2026-05-03", host="Namibia")

    async with bot.bot.focal.db.read() as conn:
        entries = await audit.of_subject(conn, f"meeting {NEW}")

    assert [(each.deed, each.actor) for each in entries] == [("plan", sec.id), ("change", sec.id)]
    assert entries[1].details == {"fields": ["starts_on", "host"], "first_day": "2026-05-03", "before": "2026-05-04"}


async def test_two_who_edit_at_once_hear_of_each_other(bot: Harness) -> None:
    """The slower one keeps what they wrote, reads who was faster and what differs, and may save again."""
    sec, liv = await bot.member_of_secretariat(), await bot.person("Liv Berg", "NO")
    await planned(bot, sec)
    await sec.command(f"/wps-meeting edit {NEW}")
    await liv.command(f"/wps-meeting edit {NEW}")
    await liv.submit({"theme": "Prevention"})

    await sec.submit({"host": "Germany and Namibia"})
    told = text_of(sec.modal)
    errors = await sec.submit()

    assert "*Liv Berg has saved this meeting since you opened it.*" in told
    assert "It differs from what is saved in: theme, host." in told
    assert errors == {}
    shown = text_of(await card(sec))
    assert "Theme: Participation &amp; protection" in shown
    assert "Host: Germany and Namibia" in shown


async def test_a_meeting_is_not_planned_twice(bot: Harness) -> None:
    """A second one with the same title and first day is refused at the field, with the number of the first."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)

    errors = await planned(bot, sec)

    assert errors == {"title": f"Meeting {NEW} has this title and first day already. See /wps-meeting show {NEW}."}


async def test_what_cannot_be_is_said_at_its_field(bot: Harness) -> None:
    """A last day before the first is refused, and nothing is planned."""
    sec = await bot.member_of_secretariat()

    errors = await planned(bot, sec, ends_on="2026-05-01")

    assert errors == {"ends_on": "The last day must not lie before the first."}
    assert "There is no meeting 16." in text_of(await sec.command(f"/wps-meeting show {NEW}"))


# Attendance ----------------------------------------------------------------------------------------------------------


async def says(bot: Harness, person: Person, label: str) -> str:
    """Press one of the card's buttons; return what the person sees in its place."""
    await person.click(await card(person), label)
    await bot.settle()
    return text_of(person.sees(person.dm)[-1])


async def test_a_delegation_says_whether_it_comes(bot: Harness) -> None:
    """The newest answer of any of its people counts, and the card says who gave it."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    ana, juan = await bot.person("Ana Costa", "UY"), await bot.person("Juan Pereira", "UY", "alternate")
    await bot.person("Liv Berg", "NO")

    first = await says(bot, ana, "We come")
    second = await says(bot, juan, "Perhaps")

    assert "Recorded for Uruguay: coming." in first
    assert "*Delegations* – coming: 1 · perhaps: 0 · not coming: 0 · no answer yet: 1" in first
    assert "*Delegations* – coming: 0 · perhaps: 1 · not coming: 0 · no answer yet: 1" in second
    assert "Your delegation: *perhaps*, said by Juan Pereira" in text_of(await card(ana))


async def test_figures_by_region_are_told_as_text_and_chart(bot: Harness) -> None:
    """Each region with a delegation has its figures in words, and the same ones in a native chart."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    for name, member, label in (("Ana Costa", "UY", "We come"), ("Nia Amu", "NA", "We do not come")):
        await says(bot, await bot.person(name, member), label)

    shown = await card(sec)
    chart = next(block for block in shown.blocks if block["type"] == "data_visualization")

    assert "African 0 coming, 0 perhaps, 1 not, of 1 · GRULAC 1 coming, 0 perhaps, 0 not, of 1" in text_of(shown)
    assert chart["chart"]["axis_config"]["categories"] == ["African", "GRULAC"]
    assert {each["name"]: [point["value"] for point in each["data"]] for each in chart["chart"]["series"]} == {
        "coming": [0, 1],
        "perhaps": [0, 0],
        "not coming": [1, 0],
    }


async def test_delegations_are_named_by_their_answer(bot: Harness) -> None:
    """The list names who comes and who has not answered; an observer is counted apart."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    await bot.person("Liv Berg", "NO")
    await says(bot, await bot.person("Ana Costa", "UY"), "We come")
    obs = await bot.person("Obs Erver", "X-NATO", "observer")
    seen = await says(bot, obs, "We come")

    who = await says(bot, sec, "Who comes")

    assert "Observers who come, counted apart: 1" in seen
    assert "*coming*: Uruguay\n*no answer yet*: Norway\n*observers who come*: North Atlantic" in who


@pytest.mark.parametrize("role", ["secretariat", "adviser", None])
async def test_who_has_no_voice_has_no_button(bot: Harness, role: str | None) -> None:
    """The Secretariat, an adviser and a stranger cannot answer for a delegation."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    member = {"secretariat": "X-UNW", "adviser": "UY"}.get(role or "")
    somebody = await bot.person("Some Body", member, role or "")

    assert "We come" not in text_of(await card(somebody))


async def test_after_the_meeting_nobody_registers(bot: Harness) -> None:
    """An old card's button is answered with why it no longer counts."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    ana = await bot.person("Ana Costa", "UY")
    stale = await card(ana)

    bot.clock.jump(utc("2026-05-07 00:00"))
    await ana.click(stale, "We come")
    await bot.settle()

    assert "Meeting 16 is over or cancelled. Nobody can register any more." in text_of(ana.sees(ana.dm)[-1])


async def test_those_who_come_hear_that_it_moves(bot: Harness) -> None:
    """Everybody of a delegation that comes or may come is told in their own words and zone, nobody else."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    ana = await bot.person("Ana Costa", "UY", tz="America/Montevideo")
    juan, liv = await bot.person("Juan Pereira", "UY", "alternate"), await bot.person("Liv Berg", "NO")
    await says(bot, ana, "We come")
    await says(bot, liv, "We do not come")

    await changed(bot, sec, starts_on="2026-06-01", ends_on="2026-06-01")
    told = [text_of(each) for each in ana.sees(ana.dm) if "has moved" in text_of(each)]

    assert "People of delegations that come who are told: 2" in text_of(sec.modal)
    assert (
        "Before: Berlin, 4 May 2026 – 6 May 2026, 09:00 – 17:30 (Europe/Berlin, UTC+2); for you it begins Monday"
        in told[0]
    )
    assert (
        "Now: Berlin, 1 June 2026, 09:00 – 17:30 (Europe/Berlin, UTC+2); for you it begins Monday 1 June 2026, 04:00"
        in told[0]
    )
    assert "has moved" in text_of(juan.sees(juan.dm)[-1])
    assert not [each for each in liv.sees(liv.dm) if "has moved" in text_of(each)]


async def test_other_words_trouble_nobody(bot: Harness) -> None:
    """A new theme moves nothing, so nobody is told."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    ana = await bot.person("Ana Costa", "UY")
    await says(bot, ana, "We come")
    before = len(ana.sees(ana.dm))

    await changed(bot, sec, theme="Prevention")

    assert len(ana.sees(ana.dm)) == before


async def test_a_moved_meeting_can_be_answered_from_its_news(bot: Harness) -> None:
    """The news of the move has the buttons with which the delegation answers anew."""
    sec, ana = await bot.member_of_secretariat(), await bot.person("Ana Costa", "UY")
    await planned(bot, sec)
    await says(bot, ana, "We come")
    await changed(bot, sec, starts_on="2026-06-01", ends_on="2026-06-01")

    await ana.click(ana.sees(ana.dm)[-1], "We do not come")
    await bot.settle()

    assert "Recorded for Uruguay: not coming." in text_of(ana.sees(ana.dm)[-1])


# Calendars -----------------------------------------------------------------------------------------------------------


def files_of(bot: Harness, person: Person) -> list[list[str]]:
    """Return the lines of every calendar file in somebody's messages with Focal, oldest first."""
    ids = [each for message in person.sees(person.dm) for each in message.files]
    return [bot.slack.team.files[each].content.decode().split("\r\n") for each in ids]


async def test_a_meeting_s_file_is_sent_to_whoever_asks(bot: Harness) -> None:
    """The file has the meeting on its own clock, with its documents for those who belong to the Network."""
    sec, guest = await bot.member_of_secretariat(), await bot.person("Guest Person")
    await planned(bot, sec)

    answer = await guest.command(f"/wps-meeting calendar {NEW}")
    await sec.click(await card(sec), "Calendar file")
    await bot.settle()
    for_guest, for_sec = files_of(bot, guest)[0], files_of(bot, sec)[0]

    assert "on its way to your messages" in text_of(answer)
    assert "DTSTART;TZID=Europe/Berlin:20260504T090000" in for_guest
    assert "SEQUENCE:0" in for_guest
    assert "example.org" not in "".join(for_guest)
    assert "example.org/agenda" in "".join(for_sec)


async def test_a_moved_meeting_keeps_its_id_and_raises_its_sequence(bot: Harness) -> None:
    """Calendars find the meeting again by its id, and take the newer sequence; other words do not raise it."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    await sec.command(f"/wps-meeting calendar {NEW}")
    await changed(bot, sec, theme="Prevention")
    await sec.command(f"/wps-meeting calendar {NEW}")
    await changed(bot, sec, starts_on="2026-05-05")
    await sec.command(f"/wps-meeting calendar {NEW}")
    await bot.settle()

    told = [[each for each in file if each.startswith(("UID:", "SEQUENCE:"))] for file in files_of(bot, sec)]

    assert [each[1] for each in told] == ["SEQUENCE:0", "SEQUENCE:0", "SEQUENCE:1"]
    assert len({each[0] for each in told}) == 1


async def test_all_meetings_to_come_are_one_file(bot: Harness) -> None:
    """Without a number the file has every meeting to come; where there is none, that is said."""
    sec = await bot.member_of_secretariat()
    none = text_of(await sec.command("/wps-meeting calendar"))
    await planned(bot, sec)
    await planned(bot, sec, title="Experts", kind="expert", starts_on="2026-04-01", ends_on=None)
    await sec.command("/wps-meeting calendar")
    await bot.settle()

    assert "No meeting to come is known to me yet." in none
    assert files_of(bot, sec)[0].count("BEGIN:VEVENT") == 2


async def test_the_feed_s_address_is_told_where_there_is_one(seeded_url: str, clock: Clock) -> None:
    """Where Focal is reached from outside, those who belong to the Network are told where to subscribe."""
    async with harness(seeded_url, clock, public_url="https://focal.example.org/") as bot:
        sec = await bot.member_of_secretariat()
        await planned(bot, sec)

        guest = await bot.person("Guest Person")

        told, untold = [text_of(await each.command("/wps-meeting calendar")) for each in (sec, guest)]

        assert re.search(r"https://focal\.example\.org/calendar/[0-9a-f]{40}\.ics", told)
        assert "https://" not in untold


# Elsewhere -----------------------------------------------------------------------------------------------------------


async def test_the_next_meeting_is_known_to_answers(bot: Harness) -> None:
    """A question is answered with its days, theme and host, until it is cancelled."""
    sec, ana = await bot.member_of_secretariat(), await bot.person("Ana Costa", "UY")
    await planned(bot, sec)

    known = text_of(await ana.command("/wps when is the next meeting?"))
    by_theme = text_of(await ana.command("/wps When is the meeting about protection?"))
    await changed(bot, sec, state="cancelled")
    unknown = text_of(await ana.command("/wps when is the next meeting?"))

    assert "*Sixth capital-level meeting*, Berlin, 2026-05-04 to 2026-05-06" in known
    assert "theme: Participation &amp; protection – host: Germany" in known
    assert f"`/wps-meeting show {NEW}`" in known
    assert "Sixth capital-level meeting" in by_theme
    assert "No next meeting is known to me." in unknown


async def test_a_meeting_waits_for_a_delegation_s_answer(bot: Harness) -> None:
    """Until a delegation has answered, `/wps` asks it; once anybody of it has, nobody of it is asked."""
    sec, ana = await bot.member_of_secretariat(), await bot.person("Ana Costa", "UY")
    juan = await bot.person("Juan Pereira", "UY", "alternate")
    await planned(bot, sec)

    before = text_of(await juan.command("/wps"))
    await says(bot, ana, "Perhaps")
    after = text_of(await juan.command("/wps"))

    asked = "Does your delegation come to Sixth capital-level meeting, 4 May 2026 – 6 May 2026?"
    assert asked in before
    assert asked not in after


async def test_home_shows_the_next_meeting(bot: Harness) -> None:
    """The tab has its line, its times on the reader's clock, and opens its card."""
    sec = await bot.member_of_secretariat(tz="America/New_York")
    await planned(bot, sec)
    await sec.open_home()
    await bot.settle()
    assert sec.home is not None

    await sec.click(sec.home, "Its card")
    await bot.settle()

    assert "for you it begins Monday 4 May 2026, 03:00" in text_of(sec.home)
    assert "Documents: <https://example.org/agenda|Agenda>" in text_of(sec.sees(sec.dm)[-1])
