"""Whole conversations about recommendations, held with the real bot."""

import csv
import json
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app as command_line
from bot.clock import Clock
from handlers import ids
from storage import presidencies, recommendations
from storage.recommendations import Recommendation
from tests.harness import Harness, harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.problems import NotPossible
from workspace.state import Channel, Message

SURVEY = {
    "title": "What works?",
    "questions_0_0": ["0.0"],
    "questions_1_0": ["1.0"],
    "questions_2_0": [],
    "day": "2026-03-16",
    "time": "18:00",
}
FORM = {"kind": "recommendation", "theme": "security-sector"}
TEXT = "Offer six-month tours to parents of young children"


@dataclass
class Cast:
    """The people of one conversation, in the channel of their network."""

    bot: Harness
    channel: Channel

    async def joins(self, name: str, member: str | None = None, role: str = "focal point", **more: Any) -> Person:
        person = await self.bot.person(name, member, role, **more)
        self.channel.members.append(person.id)
        return person

    async def types(self, person: Person, command: str) -> str:
        answer = await person.command(command, self.channel)
        await self.bot.settle()
        return text_of(answer)

    async def proposes(self, person: Person, text: str = TEXT, **values: Any) -> dict[str, str]:
        await person.command(f"/wps-recommend {text}", self.channel)
        errors = await person.submit({**FORM, **values})
        if person.modal and person.modal.body["callback_id"] == ids.RECOMMENDATION_ANYWAY_FORM:
            errors = await person.submit()
        await self.bot.settle()
        return errors

    async def shown(self, person: Person, number: int = 1) -> Message:
        answer = await person.command(f"/wps-recommend show {number}", self.channel)
        assert isinstance(answer, Message)
        return answer

    async def confirms(self, person: Person) -> None:
        """Have somebody confirm the wording of what another person puts forward of theirs."""
        await self.clicks(person, dms(person)[-1], "Confirm")

    async def clicks(self, person: Person, where: Message, what: str) -> None:
        await person.click(where, what)
        await self.bot.settle()

    async def survey(self, starter: Person, **values: Any) -> list[Message]:
        """Start a survey and return the messages of its questions."""
        await starter.command("/wps-survey start", self.channel)
        assert await starter.submit({**SURVEY, **values}) == {}
        await self.bot.settle()
        return [each for each in self.bot.slack.messages(self.channel) if text_of(each).startswith("*Question ")]

    async def replies(self, person: Person, text: str, thread: Message) -> Message:
        message = await person.say(self.channel, text, thread)
        await self.bot.settle()
        return message

    async def reacts(self, person: Person, message: Message, name: str = "bulb") -> None:
        await person.react(message, name)
        await self.bot.settle()

    async def record(self, number: int = 1) -> Recommendation:
        async with self.bot.bot.focal.db.read() as conn:
            return await recommendations.recommendation(conn, number)

    def cards(self, thread: Message) -> list[Message]:
        """Return what Focal itself said in a thread."""
        return [each for each in self.bot.slack.thread(thread) if each.bot_id]


def whispers(person: Person, channel: Channel) -> list[Message]:
    """Return what only this person sees in a channel, oldest first."""
    return [each for each in person.sees(channel) if each.ephemeral_to == person.id]


def last(person: Person, channel: Channel) -> str:
    """Return what this person alone was told last."""
    return text_of(whispers(person, channel)[-1])


def dms(person: Person) -> list[Message]:
    """Return what Focal sent to somebody, oldest first."""
    return [each for each in person.sees(person.dm) if each.bot_id]


def labels(where: Message) -> list[str]:
    """Return what stands on the buttons of a message."""
    rows = [block["elements"] for block in where.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


@pytest.fixture
def cast(bot: Harness) -> Cast:
    return Cast(bot, bot.slack.add_channel("network"))


@pytest.fixture
async def secretariat(cast: Cast) -> Person:
    return await cast.joins("Sec Retary", "X-UNW", "secretariat")


@pytest.fixture
async def ana(cast: Cast) -> Person:
    return await cast.joins("Ana Example", "NA")


@pytest.fixture
async def bo(cast: Cast) -> Person:
    return await cast.joins("Bo Sample", "NO")


# Proposing -----------------------------------------------------------------------------------------------------------


async def test_what_is_typed_opens_the_form(cast: Cast, ana: Person) -> None:
    """The form holds what was typed, the profile's themes and the three kinds; nothing is proposed by typing alone."""
    view = await ana.command(f"/wps-recommend {TEXT}", cast.channel)

    assert TEXT in text_of(view)
    assert {"Protection", "National action plans", "Recommendation", "Practice", "Lesson"} <= set(
        text_of(view).splitlines()
    )
    assert "Nothing was proposed yet." in await cast.types(ana, "/wps-recommend list")


async def test_a_form_proposes(cast: Cast, ana: Person) -> None:
    """What the form says is kept under a number, for its proposer's delegation, and shown again under it."""
    errors = await cast.proposes(ana, kind="practice")

    assert errors == {}
    assert "Proposed as number 1." in text_of(ana.modal)
    shown = text_of(await cast.shown(ana))
    assert f"Practice 1\n> {TEXT}\n" in shown
    assert "Practice, proposed, since 2026-03-02" in shown
    assert "Theme: Defence, police and peace operations\nFrom: *Namibia*, Ana Example" in shown


async def test_an_empty_command_opens_an_empty_form(cast: Cast, ana: Person) -> None:
    """Without a text the form is empty, and takes one."""
    await ana.command("/wps-recommend", cast.channel)

    errors = await ana.submit({**FORM, "text": "Train early"})

    assert errors == {}
    assert (await cast.record()).text == "Train early"


@pytest.mark.parametrize("text", ["Show progress every year", "Export what works", "show", "show me"])
async def test_a_text_may_begin_like_a_subcommand(cast: Cast, ana: Person, text: str) -> None:
    """A proposal may begin with a word that is also a subcommand; the word alone is answered with its usage."""
    answer = text_of(await ana.command(f"/wps-recommend {text}", cast.channel))

    assert text in answer if text != "show" else "A number is needed here. Try: /wps-recommend show 12" in answer


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"text": ""}, {"text": "Please complete this required field."}),
        ({"theme": None}, {"theme": "Please complete this required field."}),
    ],
)
async def test_a_wrong_field_is_told_beside_it(
    cast: Cast, ana: Person, values: dict[str, Any], errors: dict[str, str]
) -> None:
    """What is wrong with the form is said at its field, and nothing is proposed."""
    assert await cast.proposes(ana, **values) == errors
    assert "Nothing was proposed yet." in await cast.types(ana, "/wps-recommend list")


async def test_as_much_as_a_field_takes_is_taken(cast: Cast, ana: Person) -> None:
    """3,000 characters are kept and shown; one more is refused with both numbers."""
    assert await cast.proposes(ana, "w" * 3000) == {}
    answer = await cast.types(ana, f"/wps-recommend {'w' * 3001}")

    assert (await cast.record()).text == "w" * 3000
    assert "w" * 2000 in text_of(await cast.shown(ana))
    assert "This has 3001 characters; a recommendation has at most 3000. Shorten it" in answer


async def test_nobody_is_pinged_by_a_proposal(cast: Cast, ana: Person, bo: Person) -> None:
    """Mentions, broadcasts and links in a text arrive as words, in the list as in the record."""
    await cast.proposes(ana, "<!channel> ask <@U1|bo> & see <https://x.test|here> @here <b>")

    shown = await cast.shown(bo)
    listed = await bo.command("/wps-recommend list", cast.channel)
    assert (await cast.record()).text == "@channel ask @bo & see here @here <b>"
    for message in (shown, listed):
        assert "@channel ask @bo &amp; see here @here &lt;b&gt;" in message.text
        assert "<!" not in message.text
        assert "<@" not in message.text


async def test_a_form_sent_twice_proposes_once(cast: Cast, ana: Person) -> None:
    """A second submission of the same form is told the number it has."""
    view = await ana.command(f"/wps-recommend {TEXT}", cast.channel)
    await ana.fill(FORM)
    before = dict(view.body), dict(view.values)
    await ana.submit()
    view.body, view.values = before

    await ana.submit()

    assert "This was proposed already: it is number 1." in text_of(ana.modal)
    assert "1 to 1 of 1" in await cast.types(ana, "/wps-recommend list")


@pytest.mark.parametrize(
    ("member", "role"), [(None, "focal point"), ("NA", "military gender adviser")], ids=["unknown", "adviser"]
)
async def test_who_may_not_propose_is_told(cast: Cast, member: str | None, role: str) -> None:
    """Somebody who speaks for nobody is told to whom proposing is open, and sees nothing of the store."""
    guest = await cast.joins("Guest Person", member, role)

    answer = await cast.types(guest, f"/wps-recommend {TEXT}")

    assert "You cannot propose a recommendation here. This is open to: the Secretariat" in answer
    assert "You cannot see the store" in await cast.types(guest, "/wps-recommend list")
    assert "You cannot see number 1" in await cast.types(guest, "/wps-recommend show 1")


async def test_somebody_of_another_workspace_may_not_propose(cast: Cast) -> None:
    """A person of another workspace is linked to nobody, whatever their e-mail says."""
    stranger = await cast.joins("Far Away", "NA", team_id="T0ELSEWHERE")

    assert "You cannot propose" in await cast.types(stranger, f"/wps-recommend {TEXT}")


async def test_an_observers_proposal_is_marked(cast: Cast, ana: Person) -> None:
    """An observer proposes, is marked wherever the record stands, sees it, and sees nothing else."""
    ola = await cast.joins("Ola Watcher", "X-EU", "observer")
    await cast.proposes(ola)
    await cast.proposes(ana, "Another")

    assert "*European Union*, Ola Watcher (observer)" in await cast.types(ana, "/wps-recommend list")
    assert "(observer)" in text_of(await cast.shown(ola))
    assert "You cannot see number 2" in await cast.types(ola, "/wps-recommend show 2")
    assert "You cannot see the store" in await cast.types(ola, "/wps-recommend list")


async def test_a_delegation_may_be_named_alone(cast: Cast, ana: Person, bo: Person) -> None:
    """Where only the delegation is to be named, its person is named nowhere, and still may take it back."""
    await cast.proposes(ana, attribution="delegation")

    shown = await cast.shown(bo)
    assert "From: *Namibia*\n" in text_of(shown)
    assert "Ana" not in shown.text
    assert "Take back" in labels(await cast.shown(ana))


async def test_nobody_may_be_named(cast: Cast, ana: Person, bo: Person) -> None:
    """Under the Chatham House Rule not even the proposer's delegation is kept, so nobody can take it back."""
    await cast.proposes(ana, attribution="chatham")

    assert "without a name" in text_of(ana.modal)
    shown = await cast.shown(bo)
    assert "Nobody is named (Chatham House Rule)" in shown.text
    assert "Namibia" not in shown.text
    assert "Take back" not in labels(await cast.shown(ana))
    assert "Nothing in the store matches." in await cast.types(bo, "/wps-recommend list Namibia")


async def test_a_question_lends_its_attribution(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A proposal in answer to a question of a survey under the Chatham House Rule names nobody, whatever is chosen."""
    await cast.survey(secretariat, attribution="chatham")
    await ana.command(f"/wps-recommend {TEXT}", cast.channel)
    question = next(each for each in ana.modal.blocks if each.get("block_id") == "question")

    await ana.submit({**FORM, "question": question["element"]["options"][0]["value"]})
    await cast.bot.settle()

    record = await cast.record()
    assert (record.attribution, record.member, record.author) == ("chatham", None, None)
    assert record.question.startswith("How do women and women's organizations contribute")


# From a message ------------------------------------------------------------------------------------------------------


async def test_a_message_opens_the_form(cast: Cast, ana: Person, bo: Person) -> None:
    """The shortcut opens the form with the message's words, and the record is its author's, with a link back."""
    message = await ana.say(cast.channel, f"@channel {TEXT} & more")
    await cast.bot.settle()

    view = await bo.shortcut("Recommend this", message)
    assert "From a message of *Namibia*." in text_of(view)
    await bo.submit(FORM)
    await cast.bot.settle()
    await cast.confirms(ana)

    record = await cast.record()
    assert (record.text, record.member, record.author) == (f"@channel {TEXT} & more", "NA", ana.id)
    assert (record.proposer_member, record.verbatim) == ("NO", True)
    shown = await cast.shown(bo)
    assert "From: *Namibia*, Ana Example\nPut forward by Norway\n" in text_of(shown)
    assert f"/archives/{cast.channel.id}/p{message.ts.replace('.', '')}|Where it was said>" in shown.text


async def test_changed_words_are_the_proposers(cast: Cast, ana: Person, bo: Person) -> None:
    """Whoever changes the words of a message is named with them, so that nobody is made to say what they did not."""
    message = await ana.say(cast.channel, TEXT)
    await cast.bot.settle()
    await bo.shortcut("Recommend this", message)

    await bo.submit({**FORM, "text": "Offer short tours to all"})
    await cast.bot.settle()
    asked = text_of(dms(ana)[-1])
    await cast.confirms(ana)

    assert "would like to propose what you said, in other words" in asked
    assert not (await cast.record()).verbatim
    assert "Put forward by Norway, in its own words" in text_of(await cast.shown(ana))


async def test_a_reply_brings_its_question(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """A reply in a question's thread is proposed with the question, and a card in the thread shows it to all."""
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)

    await bo.shortcut("Recommend this", reply)
    await bo.submit(FORM)
    await cast.bot.settle()
    await cast.confirms(ana)

    record = await cast.record()
    assert record.question.startswith("How do women and women's organizations contribute")
    (card,) = cast.cards(question)
    assert text_of(card).startswith(f"*Recommendation 1* (proposed)\n> {TEXT}\nFrom: *Namibia*, Ana Example")


async def test_the_author_is_asked_first(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Nothing enters the store under a delegation's name before whoever said it has confirmed the wording."""
    question, _ = await cast.survey(secretariat)
    await cast.reacts(bo, await cast.replies(ana, TEXT, question))
    (message,) = dms(ana)
    asked, before = message.text, await cast.types(bo, "/wps-recommend list")

    await cast.clicks(ana, message, "Confirm")

    assert "*Norway* would like to propose what you said." in asked
    assert "It will name you and your delegation." in asked
    assert "Nothing was proposed yet." in before
    assert text_of(dms(ana)[0]).startswith("You have confirmed the wording; it is proposed as number 1.")
    assert "is confirmed by its author, and proposed as number 1" in text_of(dms(bo)[-1])
    assert f"> {TEXT}\nFrom: *Namibia*, Ana Example" in text_of(cast.cards(question)[0])
    await cast.clicks(ana, await cast.shown(ana), "Take back")
    assert TEXT not in text_of(cast.cards(question)[0])


async def test_the_author_gives_it_its_wording(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """The form holds what would be proposed; what the author makes of it is theirs, and names no more than they wish."""
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)
    await bo.shortcut("Recommend this", reply)
    await bo.submit({**FORM, "text": "Shorter tours"})
    await cast.bot.settle()
    await cast.clicks(ana, dms(ana)[-1], "Change the wording")
    fault = await ana.submit({"text": " "})

    await ana.submit({"text": "Offer shorter tours", "kind": "practice", "attribution": "delegation"})
    await cast.bot.settle()

    record = await cast.record()
    assert fault == {"text": "Write what is recommended."}
    assert (record.text, record.kind, record.verbatim, record.member) == ("Offer shorter tours", "practice", True, "NA")
    assert record.place == f"{cast.channel.id}:{question.ts}"
    assert "From: *Namibia*\n" in text_of(await cast.shown(bo))


async def test_the_author_leaves_it_out(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """What its author does not wish proposed never enters the store, and cannot be put forward again."""
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)
    await cast.reacts(bo, reply)
    (asked,) = dms(ana)

    await cast.clicks(ana, asked, "Leave it out")
    view = await bo.shortcut("Recommend this", reply)
    await cast.bot.settle()

    assert view is None
    assert "This was put forward before; its author does not wish it proposed." in last(bo, cast.channel)
    assert text_of(dms(ana)[0]) == "You have left this out of the store."
    assert "is left out of the store" in text_of(dms(bo)[-1])
    assert "Nothing was proposed yet." in await cast.types(bo, "/wps-recommend list")


async def test_nobody_else_confirms(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """The button in another hand, and a second press, change nothing and say so."""
    question, _ = await cast.survey(secretariat)
    await cast.reacts(bo, await cast.replies(ana, TEXT, question))
    (asked,) = dms(ana)
    stolen, stale = bo.handed(asked), ana.handed(asked)

    await cast.clicks(bo, stolen, "Confirm")
    first = await cast.types(bo, "/wps-recommend list")
    await cast.clicks(ana, asked, "Confirm")
    await cast.clicks(ana, stale, "Leave it out")

    assert [text_of(each) for each in dms(bo) if "Only whoever said this can confirm it." in text_of(each)]
    assert "This was answered already." in text_of(dms(ana)[-1])
    assert "Nothing was proposed yet." in first
    assert (await cast.record()).state == "proposed"


async def test_what_waits_is_shown_again(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Whoever has lost the message finds what waits for their word, one after the other."""
    first, second = await cast.survey(secretariat)
    nothing = await cast.types(ana, "/wps-recommend confirm")
    for question, text in ((first, TEXT), (second, "Fund mediators")):
        await cast.reacts(bo, await cast.replies(ana, text, question))

    shown = await cast.types(ana, "/wps-recommend confirm")

    assert nothing == "Nothing that you said waits for you to confirm it."
    assert f"> {TEXT}" in shown
    assert "Further ones that wait for you: 1." in shown


async def test_a_source_that_goes_before_it_is_confirmed(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """A reply that is deleted while its wording waits is not proposed; its author and whoever put it forward see that."""
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)
    await cast.reacts(bo, reply)

    await ana.delete(reply)
    await cast.bot.settle()

    assert text_of(dms(ana)[0]) == "What you said was taken back, so it is not proposed."
    assert "is not proposed: its author has taken it back" in text_of(dms(bo)[-1])
    assert "Nothing was proposed yet." in await cast.types(bo, "/wps-recommend list")


# From a survey's results ---------------------------------------------------------------------------------------------


async def private_answer(cast: Cast, person: Person, question: Message, text: str = TEXT) -> None:
    await person.click(question, "Answer privately")
    await person.submit({"answer": text})
    await cast.bot.settle()


async def results(cast: Cast, person: Person) -> Message:
    """Return the page of the results on which what was said stands."""
    await cast.types(person, "/wps-survey results 1")
    await cast.clicks(person, whispers(person, cast.channel)[-1], "Next")
    return whispers(person, cast.channel)[-1]


async def test_an_answer_is_proposed_from_the_results(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Beside every answer in the results stands the button that proposes it; given in private it links to the question."""
    question, _ = await cast.survey(secretariat)
    await private_answer(cast, ana, question)

    await cast.clicks(bo, await results(cast, bo), "Propose")
    form = text_of(bo.modal)
    await bo.submit(FORM)
    await cast.bot.settle()
    await cast.confirms(ana)

    record = await cast.record()
    assert TEXT in form
    assert "From a message of *Namibia*." in form
    assert (record.text, record.author, record.proposer_member) == (TEXT, ana.id, "NO")
    assert record.place == f"{cast.channel.id}:{question.ts}"


async def test_a_reply_in_the_results_is_the_same_source(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """A reply that was proposed by a :bulb: is not proposed again from the results."""
    question, _ = await cast.survey(secretariat)
    await cast.reacts(ana, await cast.replies(ana, TEXT, question))

    await cast.clicks(bo, await results(cast, bo), "Propose")

    assert bo.modal is None
    assert "Recommendation 1" in last(bo, cast.channel)


async def test_an_answer_taken_back_takes_its_proposal_along(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """A private answer that its author empties withdraws what was proposed from it, and all concerned are told."""
    question, _ = await cast.survey(secretariat)
    await private_answer(cast, ana, question)
    await cast.clicks(bo, await results(cast, bo), "Propose")
    await bo.submit(FORM)
    await cast.bot.settle()
    await cast.confirms(ana)

    await private_answer(cast, ana, question, "")

    assert (await cast.record()).state == "withdrawn"
    assert "Number 1 is now *withdrawn*." in text_of(dms(bo)[-1])


async def test_a_recorded_answer_is_its_delegations_to_confirm(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """What the Secretariat recorded for a delegation is confirmed by anybody who speaks for it."""
    question, _ = await cast.survey(secretariat)
    await secretariat.click(question, "Answer privately")
    await secretariat.submit({"answer": TEXT, "behalf": "NA"})
    await cast.bot.settle()
    await cast.clicks(bo, await results(cast, bo), "Propose")
    await bo.submit(FORM)
    await cast.bot.settle()
    asked = dms(ana)[-1].text

    await cast.confirms(ana)

    assert "*Norway* would like to propose what your delegation said." in asked
    assert ((await cast.record()).author, (await cast.record()).member) == (None, "NA")


async def test_chatham_house_answers_are_proposed_unnamed(cast: Cast, secretariat: Person, bo: Person) -> None:
    """After the close an answer of five delegations is proposed by its words alone, and before it there is no button."""
    question, _ = await cast.survey(secretariat, attribution="chatham")
    for place, code in enumerate(("NA", "JP", "CL", "UY", "CA")):
        await private_answer(cast, await cast.joins(f"Taker {code}", code), question, f"{place} {TEXT}")
    before = await cast.types(bo, "/wps-survey results 1")
    await cast.types(secretariat, "/wps-survey close 1")

    await cast.clicks(bo, await results(cast, bo), "Propose")
    await bo.submit(FORM)
    await cast.bot.settle()

    record = await cast.record()
    assert "Propose" not in before
    assert (record.text, record.author, record.member, record.proposer) == (f"0 {TEXT}", None, None, None)
    assert record.place == f"{cast.channel.id}:{question.ts}"


async def test_an_answer_nobody_may_see_cannot_be_proposed(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """A claim to an answer that the results do not show is refused."""
    question, _ = await cast.survey(secretariat)
    await private_answer(cast, ana, question)
    page = await results(cast, bo)
    button = next(block["accessory"] for block in page.blocks if block.get("accessory"))
    button["value"] = "99"

    await cast.clicks(bo, page, "Propose")

    assert "This answer is not there any more." in last(bo, cast.channel)


# What it was said in -------------------------------------------------------------------------------------------------


async def test_a_long_message_is_cut_and_said_so(cast: Cast, ana: Person, bo: Person) -> None:
    """Of a message longer than the field the beginning stands in the form, which says so."""
    message = await ana.say(cast.channel, "w" * 3500)
    await cast.bot.settle()

    view = await bo.shortcut("Recommend this", message)

    assert "longer than 3000 characters" in text_of(view)


async def test_a_message_without_words_is_refused(cast: Cast, ana: Person) -> None:
    """A message that says nothing cannot be proposed, and the answer says what to do instead."""
    message = await ana.say(cast.channel, " ")
    await cast.bot.settle()

    await ana.shortcut("Recommend this", message)
    await cast.bot.settle()

    assert "no words that could be proposed. Write them yourself" in last(ana, cast.channel)


async def test_a_message_is_proposed_once(cast: Cast, ana: Person, bo: Person) -> None:
    """The shortcut on a message that was proposed before shows its record instead of a form."""
    message = await ana.say(cast.channel, TEXT)
    await cast.bot.settle()
    await bo.shortcut("Recommend this", message)
    await bo.submit(FORM)
    await bo.close()
    await cast.bot.settle()
    await cast.confirms(ana)

    view = await ana.shortcut("Recommend this", message)
    await cast.bot.settle()

    assert view is None
    assert "Recommendation 1" in last(ana, cast.channel)


async def test_a_form_cannot_be_made_to_name_another_author(cast: Cast, ana: Person, bo: Person) -> None:
    """A form whose hidden part was changed, or is somebody else's, proposes nothing."""
    message = await ana.say(cast.channel, TEXT)
    await cast.bot.settle()
    view = await bo.shortcut("Recommend this", message)
    view.body["private_metadata"] = view.body["private_metadata"].replace(ana.id, bo.id)

    await bo.submit(FORM)

    assert "does not know any more which message it was for. Use the shortcut again." in text_of(bo.modal)
    assert "Nothing was proposed yet." in await cast.types(bo, "/wps-recommend list")


async def test_chatham_house_holds_for_a_message(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """From a thread under the Chatham House Rule nobody is named, nothing links to the reply, and no card points at it."""
    question, _ = await cast.survey(secretariat, attribution="chatham")
    reply = await cast.replies(ana, TEXT, question)

    view = await bo.shortcut("Recommend this", reply)
    assert "From a message of somebody who is not named." in text_of(view)
    await bo.submit(FORM)
    await cast.bot.settle()

    shown = await cast.shown(bo)
    assert f"p{question.ts.replace('.', '')}|Where it was said>" in shown.text
    assert reply.ts.replace(".", "") not in shown.text
    assert not [name for name in ("Namibia", "Norway", "Ana", "Bo") if name in shown.text]
    assert (cast.cards(question), dms(ana)) == ([], [])


async def test_delegation_only_links_to_the_question(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Where the person may not be named, the link leads to the question: the reply itself would show who it was."""
    question, _ = await cast.survey(secretariat, attribution="delegation")
    reply = await cast.replies(ana, TEXT, question)
    await cast.reacts(bo, reply)
    await cast.confirms(ana)

    shown = await cast.shown(bo)

    assert f"p{question.ts.replace('.', '')}|Where it was said>" in shown.text
    assert "From: *Namibia*\n" in text_of(shown)
    assert not [word for word in (reply.ts.replace(".", ""), "Ana") if word in shown.text]


# By a :bulb: ---------------------------------------------------------------------------------------------------------


async def test_a_bulb_proposes_a_reply(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """A :bulb: on a recorded reply proposes it once its author agrees, with the question and, soon, a link back."""
    _, question = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)

    await cast.reacts(bo, reply)
    await cast.confirms(ana)
    await cast.bot.at(cast.bot.clock.now())

    record = await cast.record()
    assert (record.text, record.member, record.author, record.proposer_member) == (TEXT, "NA", ana.id, "NO")
    assert record.question.startswith("What specific strategies/special measures")
    assert record.url.endswith(f"/archives/{cast.channel.id}/p{reply.ts.replace('.', '')}")
    assert "Its author is asked to confirm the wording." in last(bo, cast.channel)


async def test_a_bulb_that_overtakes_its_reply_proposes_it(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """A :bulb: that Focal hears of before the reply it is on waits for the reply, and is not lost."""
    question, _ = await cast.survey(secretariat)
    cast.bot.slack.deliveries.faults.overtaken = 1

    await cast.reacts(bo, await ana.say(cast.channel, TEXT, question))
    await cast.bot.at(cast.bot.clock.now() + timedelta(seconds=2))

    assert f"> {TEXT}" in text_of(dms(ana)[-1])
    assert "Its author is asked to confirm the wording." in last(bo, cast.channel)


async def test_a_bulb_of_an_outage_proposes_its_reply(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """A :bulb: of which Slack never told is found when the thread is read again, and proposes once."""
    question, _ = await cast.survey(secretariat)
    cast.bot.slack.deliveries.faults.dropped = 2
    await cast.reacts(bo, await ana.say(cast.channel, TEXT, question))

    for _round in range(2):
        await cast.bot.bot.catchup.catch_up()
        await cast.bot.settle()
    await cast.confirms(ana)

    assert (await cast.record()).proposer_member == "NO"
    assert "1 to 1 of 1" in await cast.types(bo, "/wps-recommend list")
    assert len(whispers(bo, cast.channel)) == 2


async def test_more_bulbs_propose_nothing_more(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """However many bulbs a reply gets, its author is asked once, and it is one record; its own author's bulb confirms."""
    eva = await cast.joins("Eva Third", "DE")
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)
    for person in (bo, eva, ana):
        await cast.reacts(person, reply)
    await bo.unreact(reply, "bulb")
    await cast.reacts(bo, reply)

    (asked,) = dms(ana)
    assert "1 to 1 of 1" in await cast.types(bo, "/wps-recommend list")
    assert "its author has not confirmed the wording yet" in last(eva, cast.channel)
    assert "This reply is proposed as number 1." in last(ana, cast.channel)
    assert "You have confirmed the wording; it is proposed as number 1." in text_of(asked)
    assert len(cast.cards(question)) == 1


async def test_a_bulb_elsewhere_is_only_a_bulb(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """On a message that is no recorded answer a :bulb: proposes nothing and says nothing."""
    question, _ = await cast.survey(secretariat)
    remark = await ana.say(cast.channel, "What an idea")
    await cast.bot.settle()

    await cast.reacts(bo, remark)
    await cast.reacts(bo, question)

    assert whispers(bo, cast.channel) == []
    assert "Nothing was proposed yet." in await cast.types(bo, "/wps-recommend list")


async def test_a_bulb_of_somebody_unknown_is_refused(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Who may not propose is told so in a message of their own."""
    guest = await cast.joins("Guest Person")
    question, _ = await cast.survey(secretariat)

    await cast.reacts(guest, await cast.replies(ana, TEXT, question))

    assert "You cannot propose a recommendation here." in text_of(dms(guest)[-1])
    assert "Nothing was proposed yet." in await cast.types(ana, "/wps-recommend list")


@pytest.mark.parametrize("how", ["deleted", "withdrawn"])
async def test_a_source_that_goes_takes_the_proposal_along(
    cast: Cast, secretariat: Person, ana: Person, bo: Person, how: str
) -> None:
    """Deleting or taking back one's reply takes back what was proposed from it, as long as nobody has decided."""
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)
    await cast.reacts(bo, reply)
    await cast.confirms(ana)

    if how == "deleted":
        await ana.delete(reply)
    else:
        await ana.react(reply, "no_entry_sign")
    await cast.bot.settle()

    shown = text_of(await cast.shown(bo))
    assert "withdrawn, since 2026-03-02: The message it came from was taken back." in shown
    assert TEXT not in shown
    assert "Its words were taken back." in text_of(cast.cards(question)[0])
    assert "Number 1 is now *withdrawn*." in text_of(dms(bo)[-1])


async def test_an_accepted_record_outlives_its_source(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """What was accepted stays when the message it came from is deleted."""
    question, _ = await cast.survey(secretariat)
    reply = await cast.replies(ana, TEXT, question)
    await cast.reacts(bo, reply)
    await cast.confirms(ana)
    await cast.clicks(secretariat, await cast.shown(secretariat), "Accept")

    await ana.delete(reply)
    await cast.bot.settle()

    assert ((await cast.record()).state, (await cast.record()).text) == ("accepted", TEXT)


# Finding -------------------------------------------------------------------------------------------------------------


async def test_the_list_is_filtered_in_words(cast: Cast, ana: Person, bo: Person) -> None:
    """Themes, members and states are known by their names, and the answer says how it understood them."""
    await cast.proposes(ana)
    await cast.proposes(bo, "Train mediators", theme="protection")

    answer = await cast.types(ana, "/wps-recommend list Protection, Norwegen, proposed")

    assert "Theme: Protection\nMember: Norway\nState: proposed\n" in answer
    assert "*2* · Train mediators" in answer
    assert TEXT not in answer


async def test_a_record_says_to_whom_with_tags_and_for_which_meeting(
    cast: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """Addressees in any language, tags and the meeting stand in the record and narrow the list; reviewers change them."""
    await ana.command(f"/wps-recommend {TEXT}", cast.channel)
    faults = await ana.submit({**FORM, "addressees": "Norvège, Atlantis", "tags": "#Childcare"})
    meeting = next(block for block in ana.modal.body["blocks"] if block.get("block_id") == "meeting")
    newest = meeting["element"]["options"][0]
    await ana.submit({**FORM, "addressees": "Norvège, 日本", "tags": "#Childcare tours", "meeting": newest["value"]})
    await cast.bot.settle()
    await cast.proposes(bo, "Publish figures every year")

    shown = text_of(await cast.shown(ana))
    lists = [
        await cast.types(bo, f"/wps-recommend list {words}")
        for words in ("to Norway", "to Chile", "#childcare", f"meeting {newest['value']}")
    ]
    await cast.clicks(secretariat, await cast.shown(secretariat), "Edit")
    await secretariat.submit({"addressees": "", "reason": "It is for all"})
    await cast.bot.settle()

    assert faults == {"addressees": "These name no member: Atlantis"}
    assert "Addressed to: Japan, Norway" in shown
    assert "Tags: #childcare #tours" in shown
    assert "Meeting: " in shown
    assert ["*1* · " in each for each in lists] == [True, False, True, True]
    assert ["*2* · " in each for each in lists] == [True, True, False, False]
    assert "Addressed to: Norway" in lists[0]
    assert (await cast.record()).addressees == ()


async def test_words_are_looked_for(cast: Cast, ana: Person) -> None:
    """Words that name nothing else are looked for in the texts, in their other forms too."""
    await cast.proposes(ana)
    await cast.proposes(ana, "Train mediators")

    answer = await cast.types(ana, "/wps-recommend list mediator")

    assert "*2* · Train mediators" in answer
    assert "1 to 1 of 1" in answer
    assert "Nothing in the store matches." in await cast.types(ana, "/wps-recommend list helicopters")


async def test_a_long_list_is_turned_by_buttons(cast: Cast, ana: Person) -> None:
    """The list comes in pages that replace each other, and keeps to what was asked for."""
    for number in range(10):
        await cast.proposes(ana, f"Idea {number}")
        await ana.close()
    page = await ana.command("/wps-recommend list Namibia", cast.channel)
    first = text_of(page)

    await cast.clicks(ana, page, "Older")
    second = text_of(page)
    await cast.clicks(ana, page, "Newer")

    assert "Idea 9" in first
    assert "Idea 1\n" not in first
    assert "9 to 10 of 10" in second
    assert "Member: Namibia" in second
    assert "Idea 0" in second
    assert text_of(page) == first


async def test_a_record_is_shown_from_the_list(cast: Cast, ana: Person) -> None:
    """Each record of the list has a button that shows it whole."""
    await cast.proposes(ana, "long " * 100)
    page = await ana.command("/wps-recommend list", cast.channel)

    await cast.clicks(ana, page, "Show")

    assert ("long " * 100).strip() in last(ana, cast.channel)


@pytest.mark.parametrize("number", ["9", "0", "999999999"])
async def test_a_number_that_is_not_there_is_said_so(cast: Cast, ana: Person, number: str) -> None:
    """A number nobody gave is answered with where to look."""
    answer = await cast.types(ana, f"/wps-recommend show {number}")

    assert f"There is no number {number}. See /wps-recommend list. (NOT-FOUND)" in answer


async def test_answers_cite_the_store(cast: Cast, ana: Person, bo: Person) -> None:
    """What was proposed answers questions of the network's people, in its delegation's name; nobody else's."""
    await cast.proposes(ana, "Offer helicopter training to cadets")
    guest = await cast.joins("Guest Person")

    answer = await cast.types(bo, "/wps helicopter training for cadets")

    assert "Recommendation 1: Offer helicopter training to cadets" in answer
    assert "Namibia" in answer
    assert "cadets – Namibia" not in await cast.types(guest, "/wps helicopter training for cadets")


# Endorsing -----------------------------------------------------------------------------------------------------------


async def test_a_delegation_endorses_once(cast: Cast, ana: Person, bo: Person) -> None:
    """An endorsement counts for the delegation, shows at once with its region, and a second click is told so."""
    eva = await cast.joins("Eva Second", "NO")
    await cast.proposes(ana)
    shown, again = await cast.shown(bo), await cast.shown(eva)

    await cast.clicks(bo, shown, "Endorse")
    await cast.clicks(eva, again, "Endorse")

    assert "Endorsed by delegations: 1 (Norway)\nBy region: WEOG 1" in text_of(shown)
    assert "Bo Sample" not in text_of(shown)
    assert "Your delegation endorses number 1 already. It may withdraw that endorsement." in last(eva, cast.channel)


async def test_an_endorsement_is_withdrawn_and_renewed(cast: Cast, ana: Person, bo: Person) -> None:
    """Another of the delegation may withdraw it, and anybody of it renew it."""
    eva = await cast.joins("Eva Second", "NO")
    await cast.proposes(ana)
    shown = await cast.shown(bo)
    await cast.clicks(bo, shown, "Endorse")

    await cast.clicks(eva, await cast.shown(eva), "Withdraw endorsement")
    between = text_of(await cast.shown(ana))
    await cast.clicks(bo, await cast.shown(bo), "Endorse")

    assert "Endorsed by delegations: 0" in between
    assert "Endorsed by delegations: 1 (Norway)" in text_of(await cast.shown(ana))


async def test_the_card_in_the_thread_counts_along(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """An endorsement at the card changes it for everybody; who clicked is told privately."""
    question, _ = await cast.survey(secretariat)
    await cast.reacts(ana, await cast.replies(ana, TEXT, question))
    (card,) = cast.cards(question)

    await cast.clicks(bo, card, "Endorse")

    (card,) = cast.cards(question)
    assert "Endorsed by delegations: 1 (Norway)" in text_of(card)
    assert "Endorsed by delegations: 1 (Norway)" in card.text
    assert "Your delegation endorses number 1 now." in last(bo, cast.channel)


@pytest.mark.parametrize(("member", "role"), [("X-EU", "observer"), (None, "focal point"), ("X-UNW", "secretariat")])
async def test_who_has_no_voice_cannot_endorse(
    cast: Cast, secretariat: Person, ana: Person, member: str | None, role: str
) -> None:
    """Observers, unknown people and the Secretariat are offered no button, and refused at everybody's."""
    other = await cast.joins("Other Person", member, role)
    question, _ = await cast.survey(secretariat)
    await cast.reacts(ana, await cast.replies(ana, TEXT, question))
    (card,) = cast.cards(question)

    await cast.clicks(other, card, "Endorse")

    assert "You cannot endorse a recommendation here." in last(other, cast.channel)
    assert (await cast.record()).endorsed_by == ()


# Reviewing -----------------------------------------------------------------------------------------------------------


async def test_the_secretariat_decides(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Taken under review and accepted, the record says so, and its author is told each time."""
    await cast.proposes(ana)
    shown = await cast.shown(secretariat)
    assert labels(shown) == ["Take under review", "Accept", "Decline", "Edit", "Compare and merge"]

    await cast.clicks(secretariat, shown, "Take under review")
    await cast.clicks(secretariat, shown, "Accept")

    assert "It is now accepted." in text_of(shown)
    assert [text_of(each).splitlines()[0] for each in dms(ana)] == [
        "Number 1 is now *under review*.",
        "Number 1 is now *accepted*.",
    ]


async def test_who_proposed_is_told_in_their_language(cast: Cast, secretariat: Person) -> None:
    """Country names in what somebody is sent unasked are those of their own language."""
    zoe = await cast.joins("Zoé Exemple", "CH", locale="fr-FR")
    message = await zoe.say(cast.channel, TEXT)
    await cast.bot.settle()
    bo = await cast.joins("Bo Sample", "DE")

    await bo.shortcut("Recommend this", message)
    await bo.submit(FORM)
    await cast.bot.settle()

    assert "Allemagne" in text_of(dms(zoe)[-1])


async def test_a_refusal_needs_a_reason(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Declining asks for a reason, which stands in the record and is sent to whoever proposed it."""
    await cast.proposes(ana)
    await secretariat.click(await cast.shown(secretariat), "Decline")

    assert await secretariat.submit({"reason": "  "}) == {"reason": "Give a reason of 1 to 1000 characters."}
    assert await secretariat.submit({"reason": "Said in 2018 already"}) == {}
    await cast.bot.settle()

    assert "declined, since 2026-03-02: Said in 2018 already" in text_of(await cast.shown(ana))
    assert "Reason: Said in 2018 already" in text_of(dms(ana)[-1])
    assert TEXT not in await cast.types(ana, "/wps-recommend list")
    assert TEXT in await cast.types(ana, "/wps-recommend list declined")


async def test_an_edit_keeps_what_was_said(cast: Cast, secretariat: Person, ana: Person) -> None:
    """An edited record shows its new words, and its history the old ones with who changed them and why."""
    await cast.proposes(ana)
    await secretariat.click(await cast.shown(secretariat), "Edit")

    assert await secretariat.submit({"text": "Offer short tours", "reason": "Shorter"}) == {}
    shown = await cast.shown(ana)
    await cast.clicks(ana, shown, "History")

    assert "> Offer short tours" in text_of(shown)
    history = last(ana, cast.channel)
    assert "UTC, proposed* – Sec Retary\nShorter\n> Offer short tours" in history
    assert f"– *Namibia*, Ana Example\n> {TEXT}" in history


async def test_an_edit_over_another_edit_is_told(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Who saves an edit of what has changed meanwhile keeps the form and is told to open it again."""
    await cast.proposes(ana)
    shown = await cast.shown(secretariat)
    await secretariat.click(shown, "Edit")
    await cast.clicks(secretariat, shown, "Accept")

    errors = await secretariat.submit({"text": "Offer short tours", "reason": "Shorter"})

    assert errors == {"text": "Number 1 was changed while you edited it. Copy your text and open it again."}
    assert (await cast.record()).text == TEXT


async def test_the_presidency_decides_only_while_it_presides(cast: Cast, ana: Person, bo: Person) -> None:
    """The current presidency has the reviewers' buttons; a click from before the hand-over is refused after it."""
    await cast.proposes(ana)
    today = cast.bot.clock.now().date()
    async with cast.bot.bot.focal.db.begin() as conn:
        await presidencies.set_presidency(conn, "2026", today.replace(month=1, day=1), today, ("NO",))
    shown = await cast.shown(bo)
    assert "Accept" in labels(shown)
    cast.bot.clock.advance(days=1)

    await cast.clicks(bo, shown, "Accept")

    assert "You cannot review recommendations here." in last(bo, cast.channel)
    assert (await cast.record()).state == "proposed"


async def test_others_cannot_decide(cast: Cast, ana: Person, bo: Person) -> None:
    """Delegations are offered no reviewers' buttons, and no button to take back what is another's."""
    await cast.proposes(ana)

    assert labels(await cast.shown(bo)) == ["Endorse"]
    with pytest.raises(NotPossible):
        await bo.click(await cast.shown(bo), "Accept")


async def test_two_decisions_do_not_both_count(cast: Cast, secretariat: Person, ana: Person) -> None:
    """The second of two clicks is told what the record is already."""
    await cast.proposes(ana)
    first, second = await cast.shown(secretariat), await cast.shown(secretariat)
    await cast.clicks(secretariat, first, "Accept")

    await cast.clicks(secretariat, second, "Accept")

    assert "Number 1 is accepted already. (ALREADY-DONE)" in last(secretariat, cast.channel)
    assert len(dms(ana)) == 1


async def test_what_was_decided_cannot_be_taken_back(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A button from before the decision takes nothing back."""
    await cast.proposes(ana)
    shown = await cast.shown(ana)
    await cast.clicks(secretariat, await cast.shown(secretariat), "Accept")

    await cast.clicks(ana, shown, "Take back")

    assert "Number 1 is accepted, so it cannot become withdrawn." in last(ana, cast.channel)


# The same thing said twice -------------------------------------------------------------------------------------------

AGAIN = "Six-month tours should be offered to the parents of young children"


async def test_whoever_repeats_is_asked_first(cast: Cast, ana: Person, bo: Person) -> None:
    """What says much the same as a record is not proposed at once: the form comes back with that record above it."""
    await cast.proposes(ana)
    await bo.command(f"/wps-recommend {AGAIN}", cast.channel)

    await bo.submit({**FORM, "kind": "lesson"})

    assert "Would your delegation rather endorse that?" in text_of(bo.modal)
    assert f"*1* · {TEXT}" in text_of(bo.modal)
    assert AGAIN in text_of(bo.modal)
    assert "1 to 1 of 1" in await cast.types(ana, "/wps-recommend list")


async def test_one_endorses_instead(cast: Cast, ana: Person, bo: Person) -> None:
    """One click endorses what is there, and nothing is proposed."""
    await cast.proposes(ana)
    await bo.command(f"/wps-recommend {AGAIN}", cast.channel)
    await bo.submit(FORM)

    await bo.click(bo.modal, "Endorse this instead")
    await cast.bot.settle()

    assert "Your delegation endorses number 1 now; your own text was not proposed." in text_of(bo.modal)
    assert (await cast.record()).endorsed_by == ("NO",)
    assert "1 to 1 of 1" in await cast.types(ana, "/wps-recommend list")


async def test_one_proposes_all_the_same(cast: Cast, ana: Person, bo: Person) -> None:
    """Submitted once more the form proposes, with everything that was entered the first time."""
    await cast.proposes(ana)
    await bo.command(f"/wps-recommend {AGAIN}", cast.channel)
    await bo.submit({"kind": "lesson", "theme": "protection", "attribution": "delegation", "meeting": "1"})

    await bo.submit()
    await cast.bot.settle()

    record = await cast.record(2)
    assert (record.text, record.kind, record.theme, record.attribution) == (AGAIN, "lesson", "protection", "delegation")
    assert (record.meeting_id, record.member) == (1, "NO")


async def test_something_new_is_proposed_at_once(cast: Cast, ana: Person, bo: Person) -> None:
    """Nobody is asked about what is nowhere in the store."""
    await cast.proposes(ana)
    await bo.command("/wps-recommend Publish vacancies early and widely", cast.channel)

    await bo.submit(FORM)

    assert "Proposed as number 2." in text_of(bo.modal)


async def test_an_observer_is_shown_nothing_of_the_store(cast: Cast, ana: Person) -> None:
    """Who may not read the store is not shown what is like their own text either."""
    ola = await cast.joins("Ola Watcher", "X-EU", "observer")
    await cast.proposes(ana)
    await ola.command(f"/wps-recommend {AGAIN}", cast.channel)

    await ola.submit(FORM)

    assert "Proposed as number 2." in text_of(ola.modal)


async def test_reviewers_merge_what_says_the_same(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Compared side by side and merged, one record keeps both authors, both links and all endorsements."""
    message = await ana.say(cast.channel, TEXT)
    await cast.bot.settle()
    await ana.shortcut("Recommend this", message)
    await ana.submit(FORM)
    await cast.proposes(bo, AGAIN)
    await cast.clicks(ana, await cast.shown(ana, 2), "Endorse")
    shown = await cast.shown(secretariat, 2)
    assert "Perhaps the same: 1" in text_of(shown)

    await secretariat.click(shown, "Compare and merge")
    beside = text_of(secretariat.modal)
    await secretariat.submit({"reason": "Said twice"})
    await cast.bot.settle()

    assert f"*1* · {TEXT}\n*Namibia*, Ana Example · endorsed by 0" in beside
    assert f"*2* · {AGAIN}\n*Norway*, Bo Sample · endorsed by 1" in beside
    kept = text_of(await cast.shown(bo, 1))
    assert "From: *Namibia*, Ana Example" in kept
    assert "Merged from number 2: *Norway*, Bo Sample" in kept
    assert "Endorsed by delegations: 1 (Namibia)" in kept
    assert "It is part of number 1.: Said twice" in text_of(await cast.shown(bo, 2))
    assert "Number 2 is now *merged*." in text_of(dms(bo)[-1])


@pytest.mark.parametrize(
    ("into", "words"),
    [
        ("2", "A record cannot become part of itself. Choose another number."),
        ("9", "There is no number 9. See /wps-recommend list."),
        ("the first", "Write the number of the record that stays."),
    ],
)
async def test_a_merge_needs_another_record(
    cast: Cast, secretariat: Person, ana: Person, into: str, words: str
) -> None:
    """A number that cannot take the record in is refused beside the field, and nothing changes."""
    await cast.proposes(ana)
    await cast.proposes(ana, AGAIN)
    await secretariat.click(await cast.shown(secretariat, 2), "Compare and merge")

    assert await secretariat.submit({"into": into}) == {"into": words}
    assert (await cast.record(2)).state == "proposed"


# The queue -----------------------------------------------------------------------------------------------------------


async def test_reviewers_work_through_the_queue(cast: Cast, secretariat: Person, ana: Person) -> None:
    """In the list of what is proposed reviewers decide with a click, and see what is left."""
    await cast.proposes(ana)
    await cast.proposes(ana, "Publish vacancies early and widely")
    page = await secretariat.command("/wps-recommend list proposed", cast.channel)
    assert labels(page) == ["Accept", "Take under review", "Decline", "Compare and merge"] * 2

    await cast.clicks(secretariat, page, "Accept")
    between = text_of(page)
    await cast.clicks(secretariat, page, "Take under review")

    assert "1 to 1 of 1" in between
    assert "Publish" not in between
    assert "Nothing in the store matches." in text_of(page)
    assert [(await cast.record(number)).state for number in (1, 2)] == ["under review", "accepted"]


async def test_what_waits_for_a_decision_is_counted(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Reviewers see how many proposals wait, others do not, and an author what waits for their word."""
    question, _ = await cast.survey(secretariat)
    await cast.proposes(ana)
    await cast.reacts(bo, await cast.replies(ana, "Fund mediators", question))

    for_reviewers, for_author = await cast.types(secretariat, "/wps"), await cast.types(ana, "/wps")
    queue = await cast.types(secretariat, "/wps-recommend list proposed, under review")

    assert "Proposals that wait for a decision: 1 – `/wps-recommend list proposed, under review`" in for_reviewers
    assert "1 to 1 of 1" in queue
    assert "wait for a decision" not in for_author
    assert "What you said and somebody would like to propose: 1 – `/wps-recommend confirm`" in for_author


async def test_others_see_no_queue(cast: Cast, ana: Person, bo: Person) -> None:
    """Delegations see the same list without the reviewers' buttons; so do reviewers in any other list."""
    await cast.proposes(ana)

    assert labels(await bo.command("/wps-recommend list proposed", cast.channel)) == []


# Files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", "csv", "json", "md"])
async def test_the_store_is_sent_as_a_file(cast: Cast, ana: Person, ending: str) -> None:
    """`export` sends the store to the asker's messages with Focal, as CSV unless another ending is named."""
    await cast.proposes(ana)

    answer = await cast.types(ana, f"/wps-recommend export {ending}")

    assert "on its way" in answer
    (sent,) = [each for each in dms(ana) if each.files]
    file = cast.bot.slack.team.files[sent.files[0]]
    assert file.name == f"recommendations.{ending or 'csv'}"
    assert TEXT in file.content.decode()
    if ending == "json":
        assert [row["delegation"] for row in json.loads(file.content)] == ["Namibia"]
    if ending == "":
        assert [row["delegation"] for row in csv.DictReader(StringIO(file.content.decode()))] == ["Namibia"]


@pytest.fixture
async def stored(seeded_url: str, clock: Clock) -> str:
    """Return the address of a database with one record."""
    async with harness(seeded_url, clock) as bot:
        cast = Cast(bot, bot.slack.add_channel("network"))
        await cast.proposes(await cast.joins("Ana Example", "NA"))
    return seeded_url


async def test_the_command_line_writes_the_store(stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`focal recommendations export FILE` writes the store in the format that the file's ending says."""
    import asyncio

    monkeypatch.setenv("FOCAL_DATABASE_URL", stored)
    file = tmp_path / "out.md"

    result = await asyncio.to_thread(CliRunner().invoke, command_line, ["recommendations", "export", str(file)])

    assert (result.exit_code, result.output.strip()) == (0, "Wrote 1 rows to out.md.")
    assert f"- **1.** {TEXT}" in file.read_text(encoding="utf-8")
