"""Whole conversations in which people ask, held with the real bot on the shipped knowledge."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.cli import app as command_line
from bot.rules.answers import LONGEST_QUESTION
from storage import enquiries, outbox
from storage.enquiries import enquiries as kept_enquiries
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.problems import NotPossible
from workspace.state import Channel, Message


async def dm_answers(bot: Harness, person: Person, text: str, thread: Message | None = None) -> list[Message]:
    """Have a person write to the app; return what the app says to it, in the order of its saying."""
    before = len(person.sees(person.dm))
    await person.tell_app(text, thread)
    await bot.settle()
    return [each for each in person.sees(person.dm)[before:] if each.user == bot.slack.bot.id]


async def dm_answer(bot: Harness, person: Person, text: str, thread: Message | None = None) -> Message:
    (answer,) = await dm_answers(bot, person, text, thread)
    return answer


async def mention(bot: Harness, person: Person, channel: Channel, text: str, thread: Message | None = None) -> Message:
    """Have a person mention the app in a channel; return what they see of its answer."""
    before = len(person.sees(channel))
    await person.say(channel, f"@{bot.slack.bot.name} {text}", thread)
    await bot.settle()
    (answer,) = [each for each in person.sees(channel)[before:] if each.user == bot.slack.bot.id]
    return answer


async def command(person: Person, text: str, channel: Channel | None = None) -> Message:
    answer = await person.command(f"/wps {text}", channel)
    assert isinstance(answer, Message)
    return answer


def labels(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row["elements"]]


async def count(bot: Harness, table: Any) -> int:
    async with bot.bot.focal.db.read() as conn:
        return int((await conn.execute(select(func.count()).select_from(table))).scalar_one())


@pytest.fixture
async def ana(bot: Harness) -> Person:
    """Return a focal point of Uruguay, whose contact is in the directory."""
    return await bot.person("Ana Example", "UY")


@pytest.fixture
async def namibia(bot: Harness) -> None:
    """Put a focal point of Namibia with every field into the directory."""
    await bot.contact(
        {
            "member": "NA",
            "name": "Ndapewa Sample",
            "role": "focal point",
            "title": "Deputy Director",
            "institution": "Ministry of Peace",
            "email": "ndapewa@example.org",
            "phone": "+264 61 000 000",
            "languages": "English, Oshiwambo",
        }
    )


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("who is Namibia's focal point?", "Namibia"),
        ("¿Quién es el punto focal de Namibia?", "Namibia"),
        ("Qui est le point focal de la Namibie ?", "Namibia"),
        ("Кто координатор от Намибии?", "Namibia"),
        ("من هو منسق ناميبيا؟", "Namibia"),
        ("纳米比亚的联络人是谁", "Namibia"),
    ],
)
async def test_a_member_is_recognised_in_every_language(
    bot: Harness, ana: Person, namibia: None, question: str, name: str
) -> None:
    """Who speaks for a member is answered from the directory in whichever of the six languages it is asked."""
    said = text_of(await command(ana, question))

    assert f"*Ndapewa Sample* – focal point, {name}" in said


@pytest.mark.parametrize(
    ("member", "role", "seen", "hidden"),
    [
        ("UY", "focal point", ["Deputy Director", "ndapewa@example.org", "+264 61 000 000"], []),
        ("UY", "observer", ["Ministry of Peace"], ["ndapewa@example.org", "+264", "Deputy Director"]),
        (None, "", ["Ministry of Peace"], ["ndapewa@example.org", "+264", "Deputy Director"]),
        ("X-UNW", "secretariat", ["ndapewa@example.org", "+264 61 000 000"], []),
    ],
)
async def test_each_role_sees_its_own_fields(
    bot: Harness, namibia: None, member: str | None, role: str, seen: list[str], hidden: list[str]
) -> None:
    """Focal points and the Secretariat see how to reach a contact; observers and strangers only what is public."""
    person = await bot.person("Some Body", member, role)

    said = text_of(await command(person, "who is Namibia's focal point?"))

    assert [word for word in seen if word not in said] == []
    assert [word for word in hidden if word in said] == []


async def test_people_of_another_workspace_see_what_is_public(bot: Harness, namibia: None) -> None:
    """Whoever comes from elsewhere is answered, with public fields alone, even under a contact's address."""
    await bot.contact({"member": "CL", "name": "Eva Example", "role": "focal point", "email": "eva@example.org"})
    stranger = await bot.person("Eva Example", email="eva@example.org", team_id="T0OTHER")

    said = text_of(await command(stranger, "who is Namibia's focal point?"))

    assert "Ndapewa Sample" in said
    assert "ndapewa@example.org" not in said


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ("Who is the focal point of Guinea?", ["Guinea", "Equatorial Guinea", "Guinea-Bissau", "Papua New Guinea"]),
        ("Congo", ["Democratic Republic of the Congo", "Congo"]),
        ("¿Quién es el punto focal de Corea?", ["Democratic People's Republic of Korea", "Republic of Korea"]),
        ("Who speaks for Nigera?", ["Niger", "Nigeria"]),
        ("Who represents the Dominican delegation?", ["Dominica", "Dominican Republic"]),
    ],
)
async def test_a_name_that_means_several_members_is_asked_back(
    bot: Harness, ana: Person, question: str, members: list[str]
) -> None:
    """An ambiguous name is never guessed: a button for each member it may mean is shown."""
    answer = await command(ana, question)

    assert sorted(labels(answer)) == sorted(members)
    assert all(name.replace("'", "'") in text_of(answer) for name in members)


async def test_the_chosen_member_answers_the_question(bot: Harness, ana: Person) -> None:
    """The button answers what was asked, for the member that was picked, in place of the question back."""
    await bot.contact({"member": "GW", "name": "Bissau Sample", "role": "alternate"})
    answer = await command(ana, "Who is the alternate for Guinea?")

    await ana.click(answer, "Guinea-Bissau")
    await bot.settle()

    assert "*Bissau Sample* – alternate, Guinea-Bissau" in text_of(answer)
    assert labels(answer) == ["Helpful", "Not helpful"]


async def test_choosing_in_a_direct_message_answers_in_its_thread(bot: Harness, ana: Person) -> None:
    """In a direct message the answer for the picked member comes as a message, once however often it is clicked."""
    await bot.contact({"member": "KR", "name": "Seoul Sample", "role": "focal point"})
    root = await ana.tell_app("hello")
    await bot.settle()
    back = await dm_answer(bot, ana, "focal point of Korea?", root)
    before = len(ana.sees(ana.dm))

    for _ in range(2):
        await ana.click(back, "Republic of Korea")
        await bot.settle()

    (chosen,) = ana.sees(ana.dm)[before:]
    assert "*Seoul Sample* – focal point, Republic of Korea" in text_of(chosen)
    assert chosen.thread_ts == root.ts


async def test_two_ambiguous_names_are_asked_back_one_after_the_other(bot: Harness, ana: Person) -> None:
    """Each name with several meanings gets its own choice, and both choices count."""
    await bot.contact({"member": "CD", "name": "Kinshasa Sample", "role": "focal point"})
    await bot.contact({"member": "GN", "name": "Conakry Sample", "role": "focal point"})
    answer = await command(ana, "Who speaks for Guinea and Congo?")

    await ana.click(answer, "Guinea")
    await bot.settle()
    await ana.click(answer, "Democratic Republic of the Congo")
    await bot.settle()

    assert "Conakry Sample" in text_of(answer)
    assert "Kinshasa Sample" in text_of(answer)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("who chaired in 2019?", "Presidency 2019: *Namibia*"),
        ("¿Quién presidió en 2020?", "Presidency 2020: *Canada* and *Uruguay* (co-chairs)"),
        ("When did Germany chair?", "Presidency 2018: *Germany*"),
        ("谁担任2022年主席？", "Presidency 2022: *Switzerland* and *South Africa* (co-chairs)"),
    ],
)
async def test_presidencies_are_known_with_their_source(bot: Harness, ana: Person, question: str, said: str) -> None:
    """Who chaired is answered from the presidencies, co-chairs and source included."""
    answer = text_of(await command(ana, question))

    assert said in answer
    assert "source: " in answer


@pytest.mark.parametrize("question", ["who chairs next year?", "Qui a présidé en 2024 ?", "who chairs now?"])
async def test_an_unknown_presidency_is_said_to_be_unknown(bot: Harness, ana: Person, question: str) -> None:
    """A year nobody has confirmed is not guessed; the Secretariat can be asked instead."""
    answer = await command(ana, question)

    assert "*not known*" in text_of(answer)
    assert labels(answer) == ["Ask the Secretariat"]


async def test_meetings_are_known_and_unknown(bot: Harness, ana: Person) -> None:
    """A past meeting has its days and place; the next one is not invented."""
    past = text_of(await command(ana, "When was the meeting in Windhoek?"))
    coming = await command(ana, "When is the next meeting?")

    assert "Windhoek" in past
    assert "2019-04-10 to 2019-04-11" in past
    assert "No next meeting is known" in text_of(coming)
    assert labels(coming) == ["Ask the Secretariat"]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How long is the tour of duty for mothers of young children?", "Six-month tour option"),
        ("What does the Troika do?", "What the Troika is and does"),
        ("Is there a talent pipeline for senior women in UN police?", "Talent pipeline"),
        ("What did Norway do about conscription?", "Same conscription duty"),
        ("Que fait le Secrétariat ?", "What the Secretariat does"),
        ("秘书处做什么？", "What the Secretariat does"),
    ],
)
async def test_practices_and_facts_come_with_their_sources(
    bot: Harness, ana: Person, question: str, title: str
) -> None:
    """A question in words is answered from the shipped knowledge, the source named, and how sure it is said."""
    said = text_of(await command(ana, question))

    assert title in said
    assert "*Sources*" in said
    assert "How sure: " in said


async def test_the_best_sentence_comes_first_with_its_words_marked(bot: Harness, ana: Person) -> None:
    """The answer starts with the sentence that holds most of the question, those words in bold."""
    said = text_of(await command(ana, "May mothers of young children deploy for six months?"))

    first = said.splitlines()[0]
    assert first.startswith("> ")
    assert "*six*" in first or "*six-month*" in first or "*months*" in first


async def test_what_is_not_known_is_said_with_the_nearest_thing_shown_as_such(bot: Harness, ana: Person) -> None:
    """Outside of its knowledge Focal says so, and offers to pass the question on."""
    answer = await command(ana, "How many female pilots does the air force of Chile have?")

    said = text_of(answer)
    assert said.startswith("*I don't know.*")
    assert "nearest thing I have, which may be about something else" in said
    assert labels(answer) == ["Ask the Secretariat"]


async def test_a_direct_message_is_answered_where_it_stands(bot: Harness, ana: Person) -> None:
    """A message is answered beside it, one in a thread in that thread."""
    root = await ana.tell_app("who chaired in 2019?")
    await bot.settle()
    inside = await dm_answer(bot, ana, "who chaired in 2018?", root)
    beside = [each for each in ana.sees(ana.dm) if each.thread_ts is None and each.user == bot.slack.bot.id]

    assert ["Namibia" in text_of(each) for each in beside] == [True]
    assert inside.thread_ts == root.ts
    assert "Germany" in text_of(inside)


async def test_a_mention_is_answered_where_it_stands_for_the_asker_alone(
    bot: Harness, ana: Person, namibia: None
) -> None:
    """Nobody else in the channel sees the answer, which holds what the asker may see; it begins no thread."""
    other = await bot.person("Other Example")
    channel = bot.slack.add_channel("network", [ana, other])

    answer = await mention(bot, ana, channel, "who is Namibia's focal point?")

    assert answer.thread_ts is None
    assert "ndapewa@example.org" in text_of(answer)
    assert [each for each in other.sees(channel) if each.user == bot.slack.bot.id] == []
    assert labels(answer) == ["Helpful", "Not helpful", "Share here"]


async def test_a_mention_in_a_thread_is_answered_in_it(bot: Harness, ana: Person) -> None:
    """Who mentions Focal in a thread reads the answer there."""
    channel = bot.slack.add_channel("network", [ana])
    root = await ana.say(channel, "About the presidency:")

    answer = await mention(bot, ana, channel, "who chaired in 2019?", root)

    assert answer.thread_ts == root.ts
    assert "Namibia" in text_of(answer)


async def test_what_is_shared_shows_public_fields_alone(bot: Harness, ana: Person, namibia: None) -> None:
    """Sharing posts the answer in the thread once, without what only the network may see."""
    channel = bot.slack.add_channel("network", [ana])
    answer = await mention(bot, ana, channel, "who is Namibia's focal point?")

    for _ in range(2):
        await ana.click(answer, "Share here")
        await bot.settle()

    asked, shared = bot.slack.messages(channel)
    assert shared.thread_ts == asked.ts
    assert "Ndapewa Sample" in text_of(shared)
    assert "*Ana Example* asked: who is Namibia's focal point?" in text_of(shared)
    assert "ndapewa@example.org" not in json.dumps([shared.text, shared.blocks])
    assert "ALREADY-DONE" in text_of(ana.sees(channel)[-1])


async def test_only_the_asker_shares(bot: Harness, ana: Person) -> None:
    """A button's value is a claim: somebody else who sends it is refused, and nothing is posted."""
    other = await bot.person("Other Example", "CL")
    channel = bot.slack.add_channel("network", [ana, other])
    answer = await mention(bot, ana, channel, "who chaired in 2019?")
    theirs = await mention(bot, other, channel, "who chaired in 2018?")
    value = next(e["value"] for b in answer.blocks if b["type"] == "actions" for e in b["elements"])
    for row in (block for block in theirs.blocks if block["type"] == "actions"):
        for element in row["elements"]:
            element["value"] = value

    await other.click(theirs, "Share here")
    await bot.settle()

    assert [each for each in bot.slack.messages(channel) if each.user == bot.slack.bot.id] == []
    assert "NOT-ALLOWED" in text_of(other.sees(channel)[-1])


async def test_a_command_in_a_channel_without_the_app_cannot_share(bot: Harness, ana: Person) -> None:
    """Where Focal is no member it says so, instead of losing the post."""
    channel = bot.slack.add_channel("elsewhere", [ana], bot=False)
    answer = await command(ana, "who chaired in 2019?", channel)

    await ana.click(answer, "Share here")
    await bot.settle()

    assert "Invite me to the channel first" in text_of(ana.sees(channel)[-1])


async def test_a_thread_goes_on_with_its_subject(bot: Harness, ana: Person, namibia: None) -> None:
    """A follow-up in a thread refers back to what was asked, also below the app's own answer."""
    await bot.contact({"member": "CL", "name": "Santiago Sample", "role": "alternate"})
    await bot.contact({"member": "CL", "name": "Chile Focal", "role": "focal point"})
    answer = await dm_answer(bot, ana, "who is Namibia's focal point?")

    chile = await dm_answer(bot, ana, "and Chile?", answer)
    alternate = await dm_answer(bot, ana, "and the alternate?", answer)

    assert "Chile Focal" in text_of(chile)
    assert "Santiago Sample" not in text_of(chile)
    assert "Santiago Sample" in text_of(alternate)


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ("who chaired in 2019?", "and in 2018?", "Presidency 2018: *Germany*"),
        ("who chaired in 2019?", "and Spain?", "Presidency 2017: *Spain*"),
        ("What did Norway do about conscription?", "and Chile?", "*I don't know.*"),
    ],
)
async def test_a_follow_up_asks_again_for_another(bot: Harness, ana: Person, first: str, then: str, said: str) -> None:
    """A year or member alone, said right after a question, asks that question again."""
    await dm_answer(bot, ana, first)

    again = await dm_answer(bot, ana, then)

    assert said in text_of(again)


async def test_after_a_while_a_member_alone_is_a_question_of_its_own(bot: Harness, ana: Person, namibia: None) -> None:
    """Outside of threads a conversation ends after a quarter of an hour."""
    await dm_answer(bot, ana, "who chaired in 2019?")
    await bot.at(bot.clock.now() + timedelta(minutes=16))

    later = await dm_answer(bot, ana, "and Namibia?")

    assert "Ndapewa Sample" in text_of(later)


async def test_feedback_is_kept_and_its_last_word_counts(bot: Harness, ana: Person) -> None:
    """Each asker says whether an answer helped, and may change their mind; the Secretariat is offered after a no."""
    answer = await command(ana, "who chaired in 2019?")

    await ana.click(answer, "Helpful")
    await ana.click(answer, "Not helpful")
    await bot.settle()

    last = ana.sees(ana.dm)[-1]
    async with bot.bot.focal.db.read() as conn:
        (enquiry,) = await enquiries.open_enquiries(conn)
    assert enquiry.helped is False
    assert labels(last) == ["Ask the Secretariat"]


async def test_a_question_goes_to_the_secretariat_once_and_its_reply_comes_back(bot: Harness, ana: Person) -> None:
    """However often the button is used, one message reaches the Secretariat; its reply comes back, edits included."""
    secretary = await bot.member_of_secretariat()
    question = await ana.tell_app("How many female pilots does the air force of Chile have?")
    await bot.settle()
    answer = ana.sees(ana.dm)[-1]
    for _ in range(2):
        await ana.click(answer, "Ask the Secretariat")
        await bot.settle()
    (passed_on,) = [each for each in secretary.sees(secretary.dm) if "could not answer" in text_of(each)]

    reply = await secretary.tell_app("We count <12> & more.", passed_on)
    await bot.settle()
    brought = ana.sees(ana.dm)[-1]
    first = text_of(brought)
    await secretary.edit(reply, "We count 13.")
    await bot.settle()

    assert "*Ana Example*, Uruguay asks" in text_of(passed_on)
    assert "ALREADY-DONE" in "".join(text_of(each) for each in ana.sees(ana.dm))
    assert "We count &lt;12&gt; &amp; more." in first
    assert brought.thread_ts == question.ts
    assert reply.reactions == {"white_check_mark": [bot.slack.bot.id]}
    assert "We count 13." in text_of(brought)


async def test_a_question_goes_to_the_secretariats_channel_where_there_is_one(bot: Harness, ana: Person) -> None:
    """With a channel set, questions stand there; only what the Secretariat writes below them is brought back."""
    secretary = await bot.member_of_secretariat()
    outsider = await bot.person("Out Sider", "CL")
    desk = bot.slack.add_channel("secretariat", [secretary, outsider])
    object.__setattr__(bot.bot.focal, "secretariat_channel", desk.id)
    answer = await command(ana, "How many female pilots does the air force of Chile have?")
    await ana.click(answer, "Ask the Secretariat")
    await bot.settle()
    (passed_on,) = bot.slack.messages(desk)

    await outsider.say(desk, "I would not know.", passed_on)
    await secretary.say(desk, "None that we know of.", passed_on)
    await bot.settle()

    brought = [text_of(each) for each in bot.slack.messages(ana.dm)]
    assert len(brought) == 1
    assert "*Sec Retary* of the Secretariat answers" in brought[0]
    assert "None that we know of." in brought[0]


async def test_nobody_to_ask_is_said(bot: Harness, ana: Person) -> None:
    """Without a Secretariat that can be reached the button says so, and can be used later."""
    answer = await command(ana, "How many female pilots does the air force of Chile have?")

    await ana.click(answer, "Ask the Secretariat")
    await bot.settle()

    assert "NOT-FOUND" in text_of(ana.sees(ana.dm)[-1])
    async with bot.bot.focal.db.read() as conn:
        (enquiry,) = await enquiries.open_enquiries(conn)
    assert enquiry.passed_on_at is None


async def test_the_secretariat_works_from_a_list_without_names(bot: Harness, ana: Person) -> None:
    """Open questions stand together where they say the same, nameless unless passed on, until they are done."""
    secretary = await bot.member_of_secretariat()
    other = await bot.person("Other Example", "CL")
    for person in (ana, other):
        await command(person, "What vaccination do peacekeepers need?")
    pilots = await command(ana, "How many female pilots does the air force of Chile have?")
    await ana.click(pilots, "Ask the Secretariat")
    await bot.settle()

    listed = await command(secretary, "questions")
    await secretary.click(listed, "Done")
    await bot.settle()
    after = text_of(await command(secretary, "questions"))

    assert "What vaccination do peacekeepers need?" in text_of(listed)
    assert "2 times" in text_of(listed)
    assert "Other Example" not in text_of(listed)
    assert "passed on by Ana Example" in text_of(listed)
    assert "vaccination" not in after
    assert "pilots" in after


async def test_the_list_is_the_secretariats_alone(bot: Harness, ana: Person) -> None:
    """What others asked is shown to nobody else."""
    said = text_of(await command(ana, "questions"))

    assert "NOT-ALLOWED" in said


async def test_an_answer_worth_keeping_is_found_by_the_next_who_asks(bot: Harness, ana: Person) -> None:
    """The Secretariat keeps its answer with a source; from then on it answers the question."""
    secretary = await bot.member_of_secretariat()
    answer = await command(ana, "What vaccination do peacekeepers need?")
    await ana.click(answer, "Ask the Secretariat")
    await bot.settle()
    (passed_on,) = [each for each in secretary.sees(secretary.dm) if "could not answer" in text_of(each)]
    await secretary.tell_app("Yellow fever vaccination is asked of all peacekeepers.", passed_on)
    await bot.settle()

    await secretary.click(passed_on, "Keep an answer")
    errors = await secretary.submit({"year": "last"})
    fixed = await secretary.submit({"year": "2026", "title": "Vaccination of peacekeepers"})
    await bot.settle()
    again = text_of(await command(ana, "What vaccination do peacekeepers need?"))

    assert errors == {"year": "“last” is not a year."}
    assert fixed == {}
    assert "Yellow fever" in again
    assert "UN Women" in again


async def test_questions_are_forgotten_after_the_profiles_period(bot: Harness, ana: Person) -> None:
    """Nothing typed is kept longer than the profile says; a button under a forgotten question says so."""
    answer = await command(ana, "How many female pilots does the air force of Chile have?")
    days = bot.bot.focal.network.retention_days

    await bot.at(bot.clock.now() + timedelta(days=days - 1))
    before = await count(bot, kept_enquiries)
    await bot.at(bot.clock.now() + timedelta(days=2))
    await ana.click(answer, "Ask the Secretariat")
    await bot.settle()

    assert (before, await count(bot, kept_enquiries)) == (1, 0)
    assert "NOT-FOUND" in text_of(ana.sees(ana.dm)[-1])


async def test_one_message_under_two_event_ids_is_answered_once(bot: Harness, ana: Person) -> None:
    """Slack may deliver a message twice; its writer gets one answer."""
    said = await ana.tell_app("who chaired in 2019?")
    await bot.settle()
    bot.slack.deliveries.event(
        {
            "type": "message",
            "channel": ana.dm.id,
            "channel_type": "im",
            "user": ana.id,
            "text": said.text,
            "ts": said.ts,
        },
        "message.im",
    )
    await bot.settle()

    assert len([each for each in ana.sees(ana.dm) if each.user == bot.slack.bot.id]) == 1
    assert await count(bot, kept_enquiries) == 1


HOSTILE = [
    "<!channel> who chaired in 2019?",
    "<@U0FOCAL> <!here> tell me &amp; everybody about https://example.org/<script>",
    "*bold* _it_ `code` ~x~ > quote & <b>",
    "'; DROP TABLE documents; --",
    '=HYPERLINK("http://example.org")',
    "\u202egnp.exe \u0000 \ud7ff",
    "%s %n {0} {name} {",
    "a" * LONGEST_QUESTION,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_texts_are_answered_as_words(bot: Harness, ana: Person, text: str) -> None:
    """Mentions, markup and formulas in a question ping nobody and break nothing, wherever the text comes back."""
    secretary = await bot.member_of_secretariat()
    answer = await command(ana, text)
    if "Ask the Secretariat" in labels(answer):
        await ana.click(answer, "Ask the Secretariat")
        await bot.settle()
    await dm_answers(bot, ana, text)

    everything = json.dumps([[m.text, m.blocks] for p in (ana, secretary) for m in p.sees(p.dm) if m.user != p.id])
    assert "<!" not in everything
    assert "<@" not in everything
    assert "F-" not in text_of(answer)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * 3000, "This has 3000 characters"),
        ("?!…", "Ask me about"),
        ("🎉", "Ask me about"),
        ("hello", "Ask me about"),
    ],
)
async def test_what_is_no_question_is_told_how_to_ask(bot: Harness, ana: Person, text: str, said: str) -> None:
    """Empty and endless texts get a clear answer, in a command and in a message, and nothing is kept of them."""
    by_command = await command(ana, text)
    by_message = await dm_answer(bot, ana, text)

    assert said in text_of(by_command)
    assert said in text_of(by_message)
    assert await count(bot, kept_enquiries) == 0


async def test_a_command_without_words_shows_what_waits_and_help_lists_all(bot: Harness, ana: Person) -> None:
    """`/wps` alone is a beginning; `/wps help` names every command and says what becomes of questions."""
    overview = text_of(await command(ana, ""))
    helped = text_of(await command(ana, "help"))

    assert "*What waits for you*" in overview
    assert "/wps-troika" in helped
    assert "I keep what you ask for 365 days" in helped


async def test_the_secretariat_is_told_of_open_questions(bot: Harness, ana: Person) -> None:
    """What Focal could not answer is among what waits for the Secretariat, and for nobody else."""
    secretary = await bot.member_of_secretariat()
    await command(ana, "What vaccination do peacekeepers need?")

    assert "Questions I could not answer: 1" in text_of(await command(secretary, ""))
    assert "Questions I could not answer" not in text_of(await command(ana, ""))


async def test_a_button_somebody_made_up_is_refused(bot: Harness, ana: Person) -> None:
    """Whatever a button claims, it names a question of the person who clicks, or nothing happens."""
    answer = await command(ana, "Who is the alternate for Guinea?")
    sent = await count(bot, outbox.outbox)
    for value in ("", "-1", "9" * 40, "1.5", "abc", "777:GN"):
        for row in (block for block in answer.blocks if block["type"] == "actions"):
            row["elements"][0]["value"] = value or "x"
        await ana.click(answer, row["elements"][0]["action_id"])
        await bot.settle()

    refusals = [each for each in ana.sees(ana.dm) if "NOT-FOUND" in text_of(each)]
    assert len(refusals) == 6
    assert await count(bot, outbox.outbox) == sent


async def test_edits_and_joins_are_not_questions(bot: Harness, ana: Person) -> None:
    """Only what a person says anew is answered."""
    said = await ana.tell_app("who chaired in 2019?")
    await bot.settle()
    before = len(ana.sees(ana.dm))

    await ana.edit(said, "who chaired in 2018?")
    await bot.settle()
    await ana.delete(said)
    await bot.settle()

    assert len([m for m in ana.sees(ana.dm) if m.user == bot.slack.bot.id]) == before - 1


class TestCommandLine:
    """`focal ask`, in process, on a database of its own."""

    def run(self, *arguments: str, given: str = "") -> list[str]:
        result = CliRunner().invoke(command_line, ["ask", *arguments], input=given)
        assert result.exit_code == 0, result.output
        return result.stdout.splitlines()

    def test_one_question_is_answered_in_words(self) -> None:
        """The words of a question need no quotes; the answer is plain text."""
        said = self.run("who", "chaired", "in", "2019?")

        assert said[0] == "who chaired in 2019?"
        assert said[1].startswith("Presidency 2019: Namibia")

    def test_json_gives_one_object_a_line(self) -> None:
        """Question, whether it was answered, the text and the hits with id, kind, title and score, best first."""
        lines = self.run(
            "--json", "--top", "5", given="tour of duty of women with young children\n\nhow do I bake bread?\n"
        )

        first, second = map(json.loads, lines)
        assert set(first) == {"question", "answered", "text", "hits"}
        assert first["question"] == "tour of duty of women with young children"
        assert first["answered"] is True
        assert {first["hits"][0]["id"], first["hits"][1]["id"]} & {"P009"}
        assert len(first["hits"]) == 5
        assert set(first["hits"][0]) == {"id", "kind", "title", "score"}
        scores = [hit["score"] for hit in first["hits"]]
        assert scores == sorted(scores, reverse=True)
        assert second["answered"] is False

    def test_no_network_field_is_printed(self) -> None:
        """The command line answers as an unknown person is answered."""
        (line,) = self.run("--json", "who is Chile's focal point?")

        assert json.loads(line)["answered"] is False


async def test_an_option_that_is_not_there_cannot_be_clicked(bot: Harness, ana: Person) -> None:
    """In a direct message there is nothing to share with anybody."""
    answer = await command(ana, "who chaired in 2019?")

    with pytest.raises(NotPossible):
        await ana.click(answer, "Share here")


async def test_the_secretariat_adds_what_is_known(bot: Harness, ana: Person) -> None:
    """A form makes a source of answers; what is known already is refused in the form."""
    secretary = await bot.member_of_secretariat()
    filled = {"title": "Vaccination of peacekeepers", "text": "Yellow fever vaccination is asked of all peacekeepers."}
    await secretary.command("/wps practice")
    errors = await secretary.submit({**filled, "year": "2026"})
    await secretary.command("/wps practice")
    twice = await secretary.submit(filled)

    again = text_of(await command(ana, "What vaccination do peacekeepers need?"))

    assert errors == {}
    assert set(twice) == {"text"}
    assert "Yellow fever" in again


async def test_only_the_secretariat_adds_what_is_known(bot: Harness, ana: Person) -> None:
    """The form opens for nobody else."""
    said = text_of(await command(ana, "practice"))

    assert "NOT-ALLOWED" in said


async def test_a_conversation_shows_that_it_is_looked_up(bot: Harness, ana: Person) -> None:
    """Below a question in a direct message stands what the app is doing, in the thread of that question."""
    question = await ana.tell_app("Who chaired in 2019?")

    await bot.settle()

    assert bot.slack.methods.statuses == [(ana.dm.id, question.ts, "is looking it up …")]
