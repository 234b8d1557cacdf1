"""Whole conversations about what became of what was adopted, held with the real bot."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from bot.rules.follow_up import period_of
from bot.rules.recommendations import Kind, NewRecommendation, State
from storage import presidencies, recommendations
from storage.profile import load_network
from storage.recommendations import Recommendation
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Channel, Message

TOURS, COURTS = "Offer six-month tours to parents", "Set up specialised courts"


@dataclass
class Cast:
    """The people of one conversation."""

    bot: Harness
    channel: Channel
    sec: Person
    ana: Person
    aya: Person
    bo: Person

    async def adopts(self, text: str, *addressees: str) -> int:
        """Have a record stand in an adopted text; return its number."""
        new = NewRecommendation(Kind.RECOMMENDATION, text, addressees=addressees, source=text)
        async with self.bot.bot.focal.db.begin() as conn:
            number = (await recommendations.propose(conn, new, self.bot.clock.now())).number
            for state in (State.ACCEPTED, State.IN_COMMUNIQUE):
                await recommendations.decide(conn, number, state, "UX", self.bot.clock.now())
        return number

    async def types(self, person: Person, command: str) -> Message:
        answer = await person.command(command, self.channel)
        await self.bot.settle()
        assert isinstance(answer, Message)
        return answer

    async def asks(self, person: Person, **values: str) -> dict[str, str]:
        await person.click(await self.types(person, "/wps-recommend progress"), "Ask for progress")
        errors = await person.submit(values)
        await self.bot.settle()
        return errors

    async def reports(self, person: Person, what: str, **values: str) -> None:
        """Press the first button of this name in the newest message that asks, and send the form."""
        await person.click(asked(person)[-1], what)
        assert await person.submit(values) == {}
        await self.bot.settle()

    async def record(self, number: int = 1) -> Recommendation:
        async with self.bot.bot.focal.db.read() as conn:
            return await recommendations.recommendation(conn, number)


def asked(person: Person) -> list[Message]:
    """Return the messages that ask somebody for progress."""
    return [each for each in person.sees(person.dm) if each.bot_id and each.text.startswith("The Troika asks")]


def told(person: Person, channel: Channel) -> str:
    """Return what this person alone was told last."""
    return text_of([each for each in person.sees(channel) if each.ephemeral_to == person.id][-1])


@pytest.fixture
async def cast(bot: Harness) -> Cast:
    channel = bot.slack.add_channel("network")
    people = [
        await bot.member_of_secretariat(),
        await bot.person("Ana Example", "NA"),
        await bot.person("Aya Example", "NA", "alternate"),
        await bot.person("Bo Sample", "NO"),
    ]
    channel.members += [each.id for each in people]
    async with bot.bot.focal.db.begin() as conn:
        await presidencies.set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 12, 31), ("NO",))
    cast = Cast(bot, channel, *people)
    await cast.adopts(TOURS, "NA")
    await cast.adopts(COURTS)
    return cast


async def test_addressees_are_asked_once_in_a_period(cast: Cast) -> None:
    """Everybody who speaks for an addressee gets three buttons for each record; a second asking in the period is refused."""
    await cast.bo.click(await cast.types(cast.bo, "/wps-recommend progress"), "Ask for progress")
    form = text_of(cast.bo.modal)
    assert await cast.bo.submit({"note": "Before the meeting, please"}) == {}
    await cast.bot.settle()

    again = text_of(await cast.types(cast.bo, "/wps-recommend progress"))

    assert "Adopted records: 2; delegations that are asked: 2." in form
    assert "once in a period; this one is 1 January 2026 – 30 June 2026." in form
    (to_ana,), (to_aya,), (to_bo,) = asked(cast.ana), asked(cast.aya), asked(cast.bo)
    assert f"*1* · {TOURS}" in text_of(to_ana)
    assert f"*2* · {COURTS}" in text_of(to_aya)
    assert TOURS not in text_of(to_bo)
    assert "> Before the meeting, please" in to_bo.text
    assert "Ask for progress" not in again
    assert asked(cast.sec) == []


async def test_a_second_form_of_the_same_period_is_refused(cast: Cast) -> None:
    """Two of the Troika who ask at the same time ask once."""
    for person in (cast.bo, cast.sec):
        await person.click(await cast.types(person, "/wps-recommend progress"), "Ask for progress")
    await cast.bo.submit({})
    await cast.sec.submit({})
    await cast.bot.settle()

    assert "Progress was asked for in 2026-01 – 2026-06 already." in text_of(cast.sec.modal)
    assert len(asked(cast.ana)) == 1


async def test_a_delegation_reports_with_one_voice(cast: Cast) -> None:
    """What one of a delegation reports stands before all of it, may be changed by any of them, and its latest counts."""
    await cast.asks(cast.bo)
    await cast.reports(cast.ana, "Under way", comment="A bill is before parliament & <!channel>")
    first = text_of(asked(cast.aya)[-1])

    await cast.reports(cast.aya, "Done", comment="The bill has passed")

    table = text_of(await cast.types(cast.bo, "/wps-recommend progress"))
    one = text_of(await cast.types(cast.bo, "/wps-recommend progress 1"))
    assert "Your delegation's answer: *Under way*, by Ana Example" in first
    assert "> A bill is before parliament &amp; &lt;!channel&gt;" in first
    assert "Your delegation's answer: *Done*, by Aya Example" in text_of(asked(cast.ana)[-1])
    assert "Moved ahead: Namibia" in table
    assert "*Namibia*: Done, reported by Aya Example on 2026-03-02; not validated yet\n> The bill has passed" in one


async def test_the_table_compares_with_the_period_before(cast: Cast) -> None:
    """In the next period it is asked anew, and the table tells who moved, who fell back, and who has not answered."""
    await cast.asks(cast.bo)
    await cast.reports(cast.ana, "Under way")
    await cast.reports(cast.bo, "Done")
    await cast.bot.at(datetime.fromisoformat("2026-07-02T10:00+00:00"))
    await cast.asks(cast.bo)
    await cast.reports(cast.ana, "Done")
    await cast.reports(cast.bo, "Not begun")

    shown = await cast.types(cast.bo, "/wps-recommend progress")

    assert "Period 1 July 2026 – 31 December 2026, asked on 2 July 2026." in shown.text
    assert f"*1* · {TOURS}\nDone 1, Under way 0, Not begun 0, No answer 0\nMoved ahead: Namibia" in shown.text
    assert f"*2* · {COURTS}\nDone 0, Under way 0, Not begun 1, No answer 1\nFell back: Norway" in shown.text
    (table,) = [block for block in shown.blocks if block["type"] == "data_table"]
    assert [cell["text"] for cell in table["rows"][2]][2:] == ["0", "0", "1", "1", "0", "1"]


async def test_a_validated_report_follows_a_record_up(cast: Cast) -> None:
    """The reviewers validate what a member reported; from then on its record counts as followed up, with date and name."""
    await cast.asks(cast.bo)
    await cast.reports(cast.ana, "Done", comment="Law 12 of 2026")
    page = await cast.types(cast.sec, "/wps-recommend progress 1")
    stale = cast.sec.handed(page)

    await cast.sec.click(page, "Validate")
    await cast.sec.click(stale, "Validate")
    await cast.bot.settle()

    one = text_of(await cast.types(cast.ana, "/wps-recommend progress 1"))
    record = await cast.record()
    assert "validated by Sec Retary on 2026-03-02" in one
    assert record.state is State.FOLLOWED_UP
    assert record.reason == "Namibia: done, reported 2026-03-02, validated by Sec Retary"
    assert "This report is validated already, or has changed." in told(cast.sec, cast.sec.dm)
    assert "Validate" not in one


async def test_others_neither_ask_nor_report_nor_validate(cast: Cast) -> None:
    """Who is not of the Troika cannot ask, another delegation cannot report, and only reviewers validate."""
    offered = text_of(await cast.types(cast.ana, "/wps-recommend progress"))
    await cast.asks(cast.bo)
    await cast.bo.click(cast.bo.handed(asked(cast.ana)[0]), "Done")
    await cast.bot.settle()
    foreign = text_of(cast.bo.sees(cast.bo.dm)[-1])
    await cast.reports(cast.ana, "Done")
    page = await cast.types(cast.sec, "/wps-recommend progress 1")
    await cast.ana.click(cast.ana.handed(page), "Validate")
    await cast.bot.settle()

    guest = await cast.bot.person("Guest Person")
    cast.channel.members.append(guest.id)
    assert "Ask for progress" not in offered
    assert "This was asked of another delegation." in foreign
    assert "You cannot review recommendations here." in text_of(cast.ana.sees(cast.ana.dm)[-1])
    assert "You cannot see the follow-up." in text_of(await cast.types(guest, "/wps-recommend progress"))


async def test_nothing_adopted_is_not_asked_about(bot: Harness) -> None:
    """As long as nothing was adopted there is nothing to ask, which is said."""
    sec = await bot.member_of_secretariat()
    shown = await sec.command("/wps-recommend progress")
    assert isinstance(shown, Message)

    await sec.click(shown, "Ask for progress")
    await bot.settle()

    assert "Nobody has asked for progress yet." in shown.text
    assert "Nothing was adopted yet that could be followed up." in text_of(sec.sees(sec.dm)[-1])


async def test_what_was_not_answered_waits(cast: Cast) -> None:
    """What a delegation was asked and has not answered stands in its list of what waits, and can be answered there."""
    await cast.asks(cast.bo)
    waiting = text_of(await cast.types(cast.ana, "/wps"))
    shown = await cast.types(cast.ana, "/wps-recommend progress")

    await cast.ana.click(shown, "Done")
    await cast.ana.submit({})
    await cast.bot.settle()

    assert "Progress your delegation is asked for: 2 – `/wps-recommend progress`" in waiting
    assert "Progress your delegation is asked for: 1" in text_of(await cast.types(cast.ana, "/wps"))


def test_periods_are_those_of_the_profile() -> None:
    """The shipped profile asks twice a year."""
    assert period_of(date(2026, 8, 1), load_network().follow_up_months) == "2026-07 – 2026-12"
