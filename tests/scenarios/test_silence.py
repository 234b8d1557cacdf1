"""Whole conversations about drafting a communiqué and putting it under silence, held with the real bot."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from sqlalchemy import update

from bot.clock import Clock
from storage import communiques, contacts, presidencies, recommendations, silence
from storage.silence import Kept
from tests.harness import Harness, harness, joined
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Channel, Message

TOURS = "Offer six-month tours to parents"
COURTS = "Specialised courts should be set up"
FORM = {"title": "Joint Communiqué", "place": "Oslo", "starts_on": "2026-02-24", "ends_on": "2026-02-25"}
END = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
"""Proposed to somebody in UTC on Monday 2 March at 10:00: noon of the first working day after 72 hours."""


@dataclass
class Cast:
    """The people of one conversation."""

    bot: Harness
    channel: Channel
    sec: Person
    ana: Person
    bo: Person

    async def types(self, person: Person, command: str) -> str:
        answer = await person.command(command, self.channel)
        await self.bot.settle()
        return text_of(answer)

    async def clicks(self, person: Person, where: Message, what: str) -> None:
        await person.click(where, what)
        await self.bot.settle()

    async def submits(self, person: Person, **values: Any) -> dict[str, str]:
        errors = await person.submit(values)
        await self.bot.settle()
        return errors

    async def accepts(self, text: str, theme: str, by: Person | None = None) -> int:
        """Have somebody propose and the Secretariat accept; return the record's number."""
        await (by or self.ana).command(f"/wps-recommend {text}", self.channel)
        await self.submits(by or self.ana, kind="recommendation", theme=theme)
        number = int(re.search(r"number (\d+)", text_of((by or self.ana).modal)).group(1))  # type: ignore[union-attr]
        shown = await self.sec.command(f"/wps-recommend show {number}", self.channel)
        assert isinstance(shown, Message)
        await self.clicks(self.sec, shown, "Accept")
        return number

    async def drafts(self, **values: Any) -> dict[str, str]:
        await self.sec.command("/wps-communique draft", self.channel)
        return await self.submits(self.sec, **{**FORM, "present": ["NA", "NO"], **values})

    async def circulates(self, **values: Any) -> dict[str, str]:
        await self.sec.command("/wps-communique silence 7", self.channel)
        return await self.submits(self.sec, **values)

    async def shown(self, person: Person, text: str = "7") -> Message:
        answer = await person.command(f"/wps-communique {text}", self.channel)
        assert isinstance(answer, Message)
        return answer

    async def breaks(self, person: Person, reason: str = "Clause 1 goes too far", **values: Any) -> dict[str, str]:
        await person.click(dms(person)[0], "Break the silence")
        return await self.submits(person, reason=reason, **values)

    async def round(self, which: int = -1) -> Kept:
        async with self.bot.bot.focal.db.read() as conn:
            return (await silence.of_communique(conn, 7))[which]

    async def state(self) -> str:
        async with self.bot.bot.focal.db.read() as conn:
            return (await communiques.communique(conn, 7)).state


def dms(person: Person, beginning: str = "*Communiqué 7 is under silence*") -> list[Message]:
    """Return what Focal sent to somebody that begins like this, oldest first."""
    return [each for each in person.sees(person.dm) if each.bot_id and text_of(each).startswith(beginning)]


def news(person: Person) -> list[str]:
    """Return what somebody was told of rounds, oldest first, without its heading."""
    return [
        text_of(each).split("\n", 1)[1].split("\nOpen the text")[0].split("\nStatus")[0]
        for each in dms(person, "*Joint")
    ]


@pytest.fixture
async def cast(bot: Harness) -> Cast:
    channel = bot.slack.add_channel("network")
    people = [
        await bot.member_of_secretariat(),
        await bot.person("Ana Example", "NA", tz="Africa/Windhoek"),
        await bot.person("Bo Sample", "NO", tz="Europe/Oslo"),
    ]
    channel.members += [each.id for each in people]
    return Cast(bot, channel, *people)


@pytest.fixture
async def drafted(cast: Cast) -> Cast:
    """Return the cast with communiqué 7 drafted from two accepted records."""
    await cast.accepts(TOURS, "participation")
    await cast.accepts(COURTS, "protection")
    assert await cast.drafts() == {}
    return cast


@pytest.fixture
async def circulated(drafted: Cast) -> Cast:
    """Return the cast with version 1 under silence until Thursday noon."""
    assert await drafted.circulates() == {}
    return drafted


# Drafting ------------------------------------------------------------------------------------------------------------


async def test_a_draft_is_made_of_what_was_accepted(drafted: Cast) -> None:
    """The draft opens with whoever is present, and has a clause for each accepted record under its theme, with its number."""
    assert "Communiqué 7 is drafted, with 2 clauses." in text_of(drafted.sec.modal)
    shown = text_of(await drafted.shown(drafted.sec))
    assert "We, Namibia and Norway, meeting in Oslo on 24 to 25 February 2026, with UN Women" in shown
    assert (
        "*Participation and leadership*\n1. Encourage members to offer six-month tours to parents;\n_From number 1_"
        in shown
    )
    assert "*Protection*\n2. Recommend that Specialised courts should be set up.\n_From number 2_" in shown


async def test_the_form_knows_the_meeting_and_the_delegations(drafted: Cast) -> None:
    """The form proposes the last meeting, and has every delegation with a focal point ticked."""
    view = await drafted.sec.command("/wps-communique draft", drafted.channel)

    present = next(block for block in view.body["blocks"] if block.get("block_id") == "present")["element"]
    assert "New York" in text_of(view)
    assert [each["text"]["text"] for each in present["initial_options"]] == ["Namibia", "Norway"]
    assert "Accepted records that become clauses: 2" in text_of(view)


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"further": "Namibia, Atlantis\nNoruega"}, {"further": "These name no member: Atlantis"}),
        ({"ends_on": "2026-02-23"}, {"ends_on": "The last day must not lie before the first."}),
        ({"hosts": "Korea"}, {"hosts": "These name no member: Korea"}),
    ],
)
async def test_a_wrong_opening_is_told_beside_the_field(
    cast: Cast, values: dict[str, str], errors: dict[str, str]
) -> None:
    """Names that are no member's, or more than one's, and days in the wrong order are refused, and nothing is drafted."""
    assert await cast.drafts(**values) == errors
    assert "There is no communiqué 7" in await cast.types(cast.sec, "/wps-communique 7")


async def test_a_clause_is_edited_and_compared(drafted: Cast) -> None:
    """An edited clause makes the next version, and the comparison shows what went and what came."""
    await drafted.sec.click(await drafted.shown(drafted.sec), "Edit")
    errors = await drafted.submits(
        drafted.sec, text="Encourage members to offer short tours to parents", note="Shorter"
    )

    assert errors == {}
    assert "draft, version 2" in text_of(await drafted.shown(drafted.sec))
    compared = (await drafted.shown(drafted.sec, "compare 7 1 2")).text
    assert "_Clause 1, changed_\nEncourage members to offer ~six-month~ *short* tours to parents" in compared


async def test_clauses_are_added_moved_and_taken_out(drafted: Cast) -> None:
    """A new clause stands where its number says, and one that is taken out is gone from the next version."""
    await drafted.sec.click(await drafted.shown(drafted.sec), "Add a clause")
    await drafted.submits(drafted.sec, text="Thank the hosts;", place="1", sources="2")
    await drafted.sec.click(await drafted.shown(drafted.sec), "Edit")
    await drafted.submits(drafted.sec, remove=["remove"])
    await drafted.sec.click(await drafted.shown(drafted.sec), "Add a clause")

    errors = await drafted.submits(drafted.sec, text="Note", sources="99", place="one")

    assert errors == {"sources": "Not every one of these numbers exists.", "place": "Write a number, or nothing."}
    versions = [text_of(await drafted.shown(drafted.sec, f"compare 7 {n} {n + 1}")) for n in (1, 2)]
    assert "_Clause 1, added_\n*Thank the hosts;*" in versions[0]
    assert "_Clause 1, taken out_\n~Thank the hosts;~" in versions[1]


async def test_two_editors_do_not_overwrite_each_other(drafted: Cast) -> None:
    """Who saves an edit of an older version keeps the form and is told so."""
    shown = await drafted.shown(drafted.sec)
    await drafted.sec.click(shown, "Edit")
    async with drafted.bot.bot.focal.db.begin() as conn:
        before = await communiques.version(conn, 7)
        await communiques.save(conn, 7, 1, before.text.without_clause(2), "UELSE", drafted.bot.clock.now(), "")

    errors = await drafted.submits(drafted.sec, text="Encourage nobody")

    assert errors == {"text": "Communiqué 7 was changed while you edited it. Open it again."}


async def test_a_draft_is_its_drafters_alone(drafted: Cast) -> None:
    """Until it goes round, delegations neither see a draft nor find it in the list, and cannot draft."""
    assert "There is no communiqué 7." in await drafted.types(drafted.ana, "/wps-communique 7")
    assert "7 ·" not in await drafted.types(drafted.ana, "/wps-communique")
    assert "7 ·" in await drafted.types(drafted.sec, "/wps-communique")
    assert "You cannot draft a communiqué" in await drafted.types(drafted.ana, "/wps-communique draft")
    assert "You cannot draft a communiqué" in await drafted.types(drafted.ana, "/wps-communique silence 7")


async def test_a_long_text_is_turned_by_pages(cast: Cast) -> None:
    """Ten clauses take two pages; the second one's buttons lead back."""
    for number in range(10):
        async with cast.bot.bot.focal.db.begin() as conn:
            await conn.execute(
                recommendations.recommendations.insert().values(
                    source=str(number),
                    kind="recommendation",
                    text=f"Offer thing {number}",
                    state="accepted",
                    attribution="attributed",
                    proposed_at=cast.bot.clock.now(),
                    changed_at=cast.bot.clock.now(),
                )
            )
    await cast.drafts()
    shown = await cast.shown(cast.sec)
    first = text_of(shown)

    await cast.clicks(cast.sec, shown, "Next")

    assert "8. Encourage members to offer thing 7;" in first
    assert "thing 8" not in first
    assert "10. Encourage members to offer thing 9." in text_of(shown)
    assert "Page 2 of 2" in text_of(shown)


# Files ---------------------------------------------------------------------------------------------------------------


async def exported(cast: Cast, person: Person, text: str) -> bytes:
    await cast.types(person, f"/wps-communique export {text}")
    sent = [each for each in person.sees(person.dm) if each.files][-1]
    return cast.bot.slack.team.files[sent.files[0]].content


async def test_a_text_is_sent_as_markdown(drafted: Cast) -> None:
    """Markdown has the whole text, and where each clause comes from only if that is asked for."""
    bare = (await exported(drafted, drafted.sec, "7 md")).decode()
    sourced = (await exported(drafted, drafted.sec, "7 md sources")).decode()

    assert "## Protection\n\n2. Recommend that Specialised courts should be set up.\n" in bare
    assert "Recommendation" not in bare
    assert "2. Recommend that Specialised courts should be set up.\n\n    - Recommendation 2, Namibia\n" in sourced


async def test_a_text_is_sent_as_a_word_document(drafted: Cast) -> None:
    """The Word document opens, and has title, opening, themes and numbered clauses in order."""
    document = Document(BytesIO(await exported(drafted, drafted.sec, "7 docx sources")))

    paragraphs = [each.text for each in document.paragraphs]
    assert paragraphs[0] == "Joint Communiqué"
    assert paragraphs[2].startswith("We, Namibia and Norway, meeting in Oslo")
    assert paragraphs[3:] == [
        "Participation and leadership",
        "1.\tEncourage members to offer six-month tours to parents;",
        "Recommendation 1, Namibia",
        "Protection",
        "2.\tRecommend that Specialised courts should be set up.",
        "Recommendation 2, Namibia",
    ]


@pytest.mark.parametrize(("text", "words"), [("7 pdf", "Say which text, and how."), ("6", "only the source is known")])
async def test_what_cannot_be_exported_is_said_so(drafted: Cast, text: str, words: str) -> None:
    """An ending that is not written, and a text that is not here, are each answered."""
    assert words in await drafted.types(drafted.sec, f"/wps-communique export {text}")


# Under silence -------------------------------------------------------------------------------------------------------


async def test_it_goes_to_every_delegation_with_its_exact_end(circulated: Cast) -> None:
    """Everybody who speaks for a delegation gets the text, with the end in their own zone and in UTC, and the rule."""
    (to_ana,), (to_bo,) = dms(circulated.ana), dms(circulated.bo)

    assert (
        "Silence ends: Thursday 5 March 2026, 14:00 (Africa/Windhoek, UTC+2), that is 2026-03-05 12:00 UTC"
        in to_ana.text
    )
    assert "Thursday 5 March 2026, 13:00 (Europe/Oslo, UTC+1), that is 2026-03-05 12:00 UTC" in to_bo.text
    assert "Whoever says nothing is not recorded as in favour." in to_bo.text
    assert "A silence lasts at least 72 hours; weekends count, public holidays count." in to_bo.text
    kept = await circulated.round()
    assert f"SHA-256 {kept.sha256}" in to_bo.text
    assert kept.sha256 == hashlib.sha256(kept.plain.encode()).hexdigest()
    assert "Encourage members to offer six-month tours" in kept.plain


async def test_unbroken_it_is_adopted_at_its_end(circulated: Cast) -> None:
    """Nothing happens a second before the end; at the end it is adopted, everybody is told, and the records say so."""
    await circulated.bot.at(END - timedelta(seconds=1))
    before = await circulated.state()
    await circulated.bot.at(END)

    kept = await circulated.round()
    assert (before, await circulated.state()) == ("under silence", "adopted")
    assert (kept.around.outcome, kept.around.closed_at) == ("adopted", END)
    for person in (circulated.ana, circulated.bo, circulated.sec):
        (told,) = [each for each in news(person) if "adopted" in each]
        assert told.startswith("Nobody has broken the silence of round 1: version 1 is adopted. Delegations that said")
    shown = await circulated.types(circulated.ana, "/wps-recommend show 1")
    assert "in a communiqué, since 2026-03-05: Communiqué 7" in shown
    assert "In communiqué 7, clause 1: `/wps-communique 7`" in shown


async def test_it_is_adopted_at_its_end_however_late_the_bot_wakes(circulated: Cast) -> None:
    """A bot that was down over the end adopts at the announced moment, and tells everybody once."""
    await circulated.bot.at(END + timedelta(days=3))
    await circulated.bot.at(END + timedelta(days=4))

    assert (await circulated.round()).around.closed_at == END
    assert len([each for each in news(circulated.bo) if "adopted" in each]) == 1


@pytest.mark.parametrize("kind", ["objection", "amendment"])
async def test_one_delegation_breaks_it(circulated: Cast, kind: str) -> None:
    """One is enough: the text is not adopted, everybody is told, the chair alone by whom and why."""
    assert await circulated.breaks(circulated.bo, kind=kind) == {}
    await circulated.bot.at(END)

    kept = await circulated.round()
    assert (kept.around.outcome, await circulated.state()) == ("broken", "draft")
    assert (
        f"The silence of round 1 is broken by {'an objection' if kind == 'objection' else 'a proposed'}"
        in news(circulated.ana)[0]
    )
    assert not [each for each in news(circulated.ana) if "Norway" in each or "too far" in each]
    (told,) = dms(circulated.sec, "Communiqué 7, round 1")
    assert "*Norway* has sent" in told.text
    assert "> Clause 1 goes too far" in told.text
    assert "Not adopted" not in "".join(news(circulated.ana)[1:])


async def test_the_chair_may_have_everybody_told_who(drafted: Cast) -> None:
    """Where the chair chose so at the start, everybody reads the reason."""
    await drafted.circulates(named=["named"])
    await drafted.breaks(drafted.bo)

    assert "> Clause 1 goes too far" in news(drafted.ana)[0]
    assert "objection, Norway, Clause 1 goes too far" in await drafted.types(drafted.ana, "/wps-communique status 7")


async def test_a_second_objection_is_kept_beside_the_first(circulated: Cast) -> None:
    """What comes after the silence is broken goes to the chair, and breaks nothing again."""
    await circulated.breaks(circulated.bo)
    await circulated.breaks(circulated.ana, "Neither do we like clause 2")

    assert "was broken already; what you sent is kept" in text_of(circulated.ana.modal)
    assert [each.member for each in (await circulated.round()).around.objections] == ["NO", "NA"]
    assert len([each for each in news(circulated.ana) if "broken" in each]) == 1


async def test_a_double_click_breaks_it_once(circulated: Cast) -> None:
    """The same words sent twice are one objection, and the sender is told."""
    await circulated.breaks(circulated.bo)
    await circulated.bo.close()

    assert await circulated.breaks(circulated.bo) == {"reason": "Your delegation has said this already."}


async def test_a_broken_text_goes_round_again_as_a_new_version(circulated: Cast) -> None:
    """Revised, it is a new version under a new round, and may then be adopted."""
    await circulated.breaks(circulated.bo)
    await circulated.sec.click(await circulated.shown(circulated.sec), "Edit")
    await circulated.submits(circulated.sec, text="Encourage members to offer short tours")

    assert await circulated.circulates() == {}
    await circulated.bot.at((await circulated.round()).around.ends_at)

    kept = await circulated.round()
    assert (kept.number, kept.version, kept.around.outcome) == (2, 2, "adopted")
    assert "(round 2, version 2)" in dms(circulated.bo)[1].text
    status = await circulated.types(circulated.bo, "/wps-communique status 7")
    assert "Round 2, version 2: *adopted*" in status
    assert "Round 1, version 1: broken" in status


async def test_a_text_under_silence_cannot_be_edited(circulated: Cast) -> None:
    """While it goes round it stays as it is: no buttons, and a form from before is refused."""
    assert "Edit" not in text_of(await circulated.shown(circulated.sec)).splitlines()
    assert "is not being drafted" in await circulated.types(circulated.sec, "/wps-communique silence 7")


async def test_a_late_message_does_not_count_unless_the_chair_reopens(circulated: Cast) -> None:
    """After the end it is passed on to the chair, who may let it count; then the text is not adopted after all."""
    await circulated.bot.at(END)
    await circulated.breaks(circulated.bo)
    late = text_of(circulated.bo.modal)
    adopted = await circulated.state()
    (told,) = dms(circulated.sec, "Communiqué 7, round 1")

    await circulated.clicks(circulated.sec, told, "Let it count")

    assert "it counts only if they reopen" in late
    assert (adopted, await circulated.state()) == ("adopted", "draft")
    assert "The chair has let a late message count" in news(circulated.ana)[-1]
    assert "accepted, since" in await circulated.types(circulated.ana, "/wps-recommend show 1")


async def test_a_message_at_the_very_end_is_late(circulated: Cast) -> None:
    """At the announced moment itself it is too late, even if the bot has not looked at the clock yet."""
    circulated.bot.clock.jump(END)

    await circulated.breaks(circulated.bo)

    assert (await circulated.round()).around.outcome == "adopted"
    assert "The silence had ended." in text_of(circulated.bo.modal)


async def test_silence_is_not_read_from_a_lost_delivery(drafted: Cast) -> None:
    """If the text did not reach a delegation it is not adopted; the chair is warned in time and told at the end."""
    drafted.bot.slack.fail("chat.postMessage", "user_disabled", times=1)
    await drafted.circulates()
    lost = next(each for each in (await drafted.round()).receipts if each.received_at is None)
    await drafted.bot.at(END - timedelta(hours=24))
    (warned,) = dms(drafted.sec, "Communiqué 7, round 1: the text has not reached")[-1:]

    await drafted.bot.at(END)

    name = {"NA": "Namibia", "NO": "Norway"}[lost.member]
    assert f"has not reached {name}." in warned.text
    assert ((await drafted.round()).around.outcome, await drafted.state()) == ("lapsed", "draft")
    assert "had not reached every delegation in time" in news(drafted.ana)[-1]


async def test_the_chair_confirms_another_way(drafted: Cast) -> None:
    """A delegation that is not in Slack is named before; once its receipt is confirmed, with how, the text is adopted."""
    await drafted.bot.contact(
        {"member": "DE", "name": "Dora Absent", "role": "focal point", "email": "dora@example.org"}
    )
    view = await drafted.sec.command("/wps-communique silence 7", drafted.channel)
    assert "Nobody of these is linked to Slack: send them the text another way and confirm it: Germany" in text_of(view)
    await drafted.submits(drafted.sec)
    status = await drafted.shown(drafted.sec, "status 7")
    assert "Not received: Germany" in status.text

    await drafted.sec.click(status, "Confirm a receipt")
    await drafted.submits(drafted.sec, member="DE", reason="Note verbale of 2 March, signed for")
    await drafted.bot.at(END)

    assert (await drafted.round()).around.outcome == "adopted"
    log = await drafted.types(drafted.ana, "/wps-communique status 7")
    assert "receipt confirmed, Germany, Note verbale of 2 March, signed for" in log


async def test_the_end_is_prolonged_and_shortened(circulated: Cast) -> None:
    """The chair moves the end within the rule; everybody is told, with the reason, and only the new end counts."""
    status = await circulated.shown(circulated.sec, "status 7")
    await circulated.sec.click(status, "Move the end")
    await circulated.submits(circulated.sec, day="2026-03-10")
    await circulated.sec.click(status, "Move the end")
    refused = await circulated.submits(circulated.sec, day="2026-03-09")
    shortened = await circulated.submits(circulated.sec, day="2026-03-09", reason="The hosts need it on Monday")
    await circulated.bot.at(END)
    between = await circulated.state()
    await circulated.bot.at(datetime(2026, 3, 9, 12, 0, tzinfo=UTC))

    assert (refused, shortened) == ({"day": "Say why the silence is shortened: everybody is told."}, {})
    assert (between, await circulated.state()) == ("under silence", "adopted")
    assert [each.split(".")[0] for each in news(circulated.bo)[:2]] == [
        "The silence of round 1 is prolonged",
        "The silence of round 1 is shortened",
    ]
    assert "> The hosts need it on Monday" in news(circulated.bo)[1]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-05", "A silence lasts at least until 2026-03-05 10:00 UTC. Choose a later end."),
        ("2026-06-05", "A silence lasts at most 60 days. Choose an earlier end."),
    ],
)
async def test_an_end_outside_the_rule_is_refused(drafted: Cast, day: str, words: str) -> None:
    """An end before the minimum or after the longest is refused beside the field, and nothing goes round."""
    assert await drafted.circulates(day=day, time="09:59") == {"day": words}
    assert dms(drafted.ana) == []


async def test_the_chair_withdraws_a_text(circulated: Cast) -> None:
    """Withdrawn with a reason, the round is over and nothing is adopted."""
    await circulated.sec.click(await circulated.shown(circulated.sec, "status 7"), "Withdraw the text")
    await circulated.submits(circulated.sec, reason="A name is missing")
    await circulated.bot.at(END)

    assert ((await circulated.round()).around.outcome, await circulated.state()) == ("withdrawn", "draft")
    assert news(circulated.bo) == [
        "The chair has withdrawn version 1; round 1 is over and nothing is adopted.\n> A name is missing"
    ]


async def test_whoever_has_not_opened_it_is_reminded(circulated: Cast) -> None:
    """Half-way and a day before the end those are reminded who have not opened the text, once each; others are not."""
    await circulated.clicks(circulated.ana, dms(circulated.ana)[0], "Open the text")
    half = circulated.bot.clock.now() + (END - circulated.bot.clock.now()) / 2
    for moment in (half, half + timedelta(minutes=1), END - timedelta(hours=24), END - timedelta(hours=23)):
        await circulated.bot.at(moment)

    assert len(dms(circulated.bo, "Nobody of your delegation has opened")) == 2
    assert dms(circulated.ana, "Nobody of your delegation has opened") == []
    assert "received: 2, opened: 1" in await circulated.types(circulated.sec, "/wps-communique status 7")


async def test_opening_shows_the_text(circulated: Cast) -> None:
    """The button shows the very version that goes round."""
    await circulated.clicks(circulated.bo, dms(circulated.bo)[0], "Open the text")

    opened = [each for each in circulated.bo.sees(circulated.bo.dm) if "under silence, version 1" in text_of(each)]
    assert "1. Encourage members to offer six-month tours to parents;" in text_of(opened[-1])


async def test_only_the_voices_that_were_asked_break_it(drafted: Cast) -> None:
    """The Secretariat and a delegation that was not asked are offered no button; who no longer speaks is refused."""
    ola = await drafted.bot.person("Ola Former", "SE")
    await drafted.circulates()
    eva = await drafted.bot.person("Eva Late", "FR")
    drafted.channel.members.append(eva.id)
    async with drafted.bot.bot.focal.db.begin() as conn:
        former = contacts.contacts.c.member == "SE"
        await conn.execute(update(contacts.contacts).where(former).values(role="military gender adviser"))

    await drafted.clicks(ola, dms(ola)[0], "Break the silence")

    offered = [text_of(await drafted.shown(each, "status 7")) for each in (drafted.sec, eva, drafted.bo)]
    assert ["Break the silence" in each for each in offered] == [False, False, True]
    assert "You cannot break a silence here." in text_of(ola.sees(ola.dm)[-1])
    assert (await drafted.round()).around.outcome == "open"


async def test_only_the_chair_steers_it(circulated: Cast) -> None:
    """Delegations see the status without the chair's buttons; the presidency of the day has them."""
    today = circulated.bot.clock.now().date()
    before = text_of(await circulated.shown(circulated.bo, "status 7"))
    async with circulated.bot.bot.focal.db.begin() as conn:
        await presidencies.set_presidency(conn, "2026", today, today, ("NO",))

    after = text_of(await circulated.shown(circulated.bo, "status 7"))

    assert "Move the end" not in before
    assert "Move the end" in after


async def test_a_restart_loses_nothing(seeded_url: str, clock: Clock) -> None:
    """A bot that is started again on the same database adopts at the end what another one circulated."""
    async with harness(seeded_url, clock) as bot:
        channel = bot.slack.add_channel("network")
        sec, ana, bo = (
            await bot.member_of_secretariat(),
            await bot.person("Ana Example", "NA"),
            await bot.person("Bo Sample", "NO"),
        )
        channel.members += [each.id for each in (sec, ana, bo)]
        cast = Cast(bot, channel, sec, ana, bo)
        await cast.accepts(TOURS, "participation")
        await cast.drafts()
        await cast.circulates()
        clock.jump(END + timedelta(hours=1))
        async with joined(bot.slack, seeded_url, clock) as again:
            await again.at(clock.now())

        assert (await cast.round()).around.closed_at == END
        assert len([each for each in news(bo) if "adopted" in each]) == 1


# Afterwards ----------------------------------------------------------------------------------------------------------


async def test_a_delegation_associates_itself_late(circulated: Cast) -> None:
    """A delegation that was not present associates itself with the adopted text, once, and may withdraw that."""
    await circulated.bot.at(END)
    eva = await circulated.bot.person("Eva Late", "FR")
    circulated.channel.members.append(eva.id)
    shown = await circulated.shown(eva)

    await circulated.clicks(eva, shown, "Associate my delegation")
    once = text_of(shown)
    await circulated.clicks(eva, shown, "Withdraw association")

    assert "Associated since: France (2026-03-05)" in once
    assert "Associated since" not in text_of(shown)
    assert "Associate" not in text_of(await circulated.shown(circulated.bo))


async def test_the_outcome_is_one_file(circulated: Cast) -> None:
    """The record holds text, SHA-256, rounds, receipts and times; who objected only for the chair."""
    await circulated.breaks(circulated.bo)
    await circulated.circulates()
    await circulated.bot.at((await circulated.round()).around.ends_at)

    full = json.loads(await exported(circulated, circulated.sec, "7 json"))
    others = json.loads(await exported(circulated, circulated.ana, "7 json"))

    assert full["sha256"] == hashlib.sha256(full["text"].encode()).hexdigest()
    assert [(each["number"], each["outcome"]) for each in full["rounds"]] == [(1, "broken"), (2, "adopted")]
    assert [each["delegation"] for each in full["rounds"][1]["receipts"]] == ["Namibia", "Norway"]
    assert all(each["received_at"] for each in full["rounds"][1]["receipts"])
    assert [each["what"] for each in full["rounds"][0]["log"]] == ["circulated", "objection"]
    assert full["rounds"][0]["log"][1]["delegation"] == "Norway"
    assert (others["rounds"][0]["log"][1]["delegation"], others["rounds"][0]["log"][1]["reason"]) == ("", "")
    assert full["clauses"][0]["sources"][0]["delegation"] == "Namibia"


async def test_answers_cite_what_was_adopted(circulated: Cast) -> None:
    """An adopted text answers the network's questions."""
    await circulated.bot.at(END)

    answer = await circulated.types(circulated.bo, "/wps specialised courts set up communiqué Oslo")

    assert "Joint Communiqué" in answer


async def test_a_running_silence_waits_for_those_who_must_act(circulated: Cast) -> None:
    """Delegations see until when, and whether they have opened it; nothing waits any more once it has ended."""
    unopened = await circulated.types(circulated.ana, "/wps")
    await circulated.clicks(circulated.ana, dms(circulated.ana)[0], "Open the text")
    opened = await circulated.types(circulated.ana, "/wps")
    await circulated.ana.open_home()
    await circulated.bot.settle()
    home = text_of(circulated.ana.home)
    await circulated.bot.at(END)

    assert "Communiqué 7, Joint Communiqué, is under silence until Thursday 5 March 2026" in unopened
    assert "nobody of your delegation has opened it – `/wps-communique status 7`" in unopened
    assert "nobody of your delegation" not in opened
    assert "is under silence until" in home
    assert "is under silence until" not in await circulated.types(circulated.ana, "/wps")


async def test_what_has_not_arrived_waits_for_the_chair(drafted: Cast) -> None:
    """The chair sees how many delegations the text has not reached."""
    await drafted.bot.contact({"member": "DE", "name": "Not In Slack", "role": "focal point", "email": "n@example.org"})
    await drafted.circulates()

    waiting = await drafted.types(drafted.sec, "/wps")

    assert "Communiqué 7, Joint Communiqué, has not reached 1 delegations – `/wps-communique status 7`" in waiting


# From one end to the other -------------------------------------------------------------------------------------------


async def test_a_cycle_from_an_answer_to_an_adopted_text(cast: Cast) -> None:
    """What is answered is confirmed, endorsed, merged, accepted, drafted, broken, mended, adopted and followed up.

    From the adopted clause the way leads back to the record, and from there to the reply.
    """
    eva = await cast.bot.person("Eva Third", "DE", tz="Europe/Berlin")
    cast.channel.members.append(eva.id)
    await cast.sec.command("/wps-survey start", cast.channel)
    survey = {"title": "What works?", "questions_0_0": ["0.0"], "questions_1_0": [], "questions_2_0": []}
    assert await cast.submits(cast.sec, **survey, day="2026-03-16", time="18:00") == {}
    asked = next(each for each in cast.bot.slack.messages(cast.channel) if "*Question 1" in text_of(each))
    reply = await cast.ana.say(cast.channel, "Fund local women mediators so that they can join peace talks", asked)
    await cast.bot.settle()
    await cast.bo.react(reply, "bulb")
    await cast.bot.settle()
    await cast.clicks(cast.ana, [each for each in cast.ana.sees(cast.ana.dm) if each.bot_id][-1], "Confirm")
    (card,) = [each for each in cast.bot.slack.thread(asked) if each.bot_id]
    await cast.clicks(eva, card, "Endorse")
    again = "Provide funding that lets local women mediators participate in peace talks"
    await cast.bo.command(f"/wps-recommend {again}", cast.channel)
    await cast.submits(cast.bo, kind="recommendation", theme="participation")
    assert "Would your delegation rather endorse that?" in text_of(cast.bo.modal)
    await cast.submits(cast.bo)
    for number, deed in ((2, "Compare and merge"), (1, "Accept")):
        shown = await cast.sec.command(f"/wps-recommend show {number}", cast.channel)
        assert isinstance(shown, Message)
        await cast.sec.click(shown, deed)
        if deed != "Accept":
            await cast.submits(cast.sec, into="1")
    await cast.bot.settle()

    await cast.drafts(present=["NA"], further="Norway\nAlemania")
    await cast.circulates()
    await cast.breaks(cast.bo, kind="amendment", reason="Say “local and national women mediators”")
    await cast.sec.click(await cast.shown(cast.sec), "Edit")
    wording = "Encourage members to fund local and national women mediators so that they can join peace talks"
    await cast.submits(cast.sec, text=wording)
    await cast.circulates()
    await cast.bot.at((await cast.round()).around.ends_at)

    adopted = (await cast.shown(cast.ana)).text
    assert "adopted, version 2" in adopted
    assert f"1. {wording}.\n_From number 1, 2_" in adopted
    record = await cast.ana.command("/wps-recommend show 1", cast.channel)
    assert isinstance(record, Message)
    assert f"p{reply.ts.replace('.', '')}|Where it was said>" in record.text
    assert "Endorsed by delegations: 1 (Germany)" in record.text
    assert "Merged from number 2: *Norway*, Bo Sample" in record.text
    assert "In communiqué 7, clause 1" in record.text
    proof = json.loads(await exported(cast, cast.sec, "7 json"))
    assert proof["clauses"][0]["sources"][0]["url"].endswith(reply.ts.replace(".", ""))
    assert [each["outcome"] for each in proof["rounds"]] == ["broken", "adopted"]

    followed = await followed_up(cast)
    assert "followed up, since 2026-03-0" in followed
    assert "Norway: done, reported 2026-03-0" in followed
    assert "Moved ahead: Norway" in (await follow_up(cast, cast.ana)).text


async def followed_up(cast: Cast) -> str:
    """Ask for progress, have Norway report and the Secretariat validate; return what record 1 says then."""
    await cast.sec.click(await follow_up(cast, cast.sec), "Ask for progress")
    await cast.submits(cast.sec)
    await cast.bo.click(dms(cast.bo, "The Troika asks")[0], "Done")
    await cast.submits(cast.bo, comment="A fund was set up")
    await cast.clicks(cast.sec, await follow_up(cast, cast.sec, " 1"), "Validate")
    return await cast.types(cast.ana, "/wps-recommend show 1")


async def follow_up(cast: Cast, person: Person, number: str = "") -> Message:
    """Return what somebody is shown of what became of what was adopted."""
    shown = await person.command(f"/wps-recommend progress{number}", cast.channel)
    assert isinstance(shown, Message)
    return shown


async def test_provenance_keeps_to_the_chatham_house_rule(cast: Cast) -> None:
    """From a clause whose record came from a Chatham House survey the way leads to the question alone."""
    await cast.sec.command("/wps-survey start", cast.channel)
    survey = {"title": "Quietly", "questions_0_0": ["0.0"], "questions_1_0": [], "questions_2_0": []}
    await cast.submits(cast.sec, **survey, day="2026-03-16", time="18:00", attribution="chatham")
    asked = next(each for each in cast.bot.slack.messages(cast.channel) if "*Question 1" in text_of(each))
    reply = await cast.ana.say(cast.channel, "Fund local women mediators", asked)
    await cast.bot.settle()
    await cast.bo.shortcut("Recommend this", reply)
    await cast.submits(cast.bo, kind="recommendation", theme="participation")
    shown = await cast.sec.command("/wps-recommend show 1", cast.channel)
    assert isinstance(shown, Message)
    await cast.clicks(cast.sec, shown, "Accept")
    await cast.drafts()

    proof = (await exported(cast, cast.sec, "7 json")).decode()
    text = (await exported(cast, cast.sec, "7 md sources")).decode()

    (source,) = json.loads(proof)["clauses"][0]["sources"]
    assert (source["delegation"], source["question"][:28]) == ("", "How do women and women's org")
    assert source["url"].endswith(asked.ts.replace(".", ""))
    assert reply.ts.replace(".", "") not in proof
    assert "Recommendation 1, in answer to: How do women" in text
