"""The messages of a survey: the header as it grows, what is undone, files, and messages that were deleted."""

import pytest

from tests.scenarios.surveys.cast import RECORDED, TAKE_BACK, Cast, marks, told
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message


def updates(cast: Cast) -> int:
    """Return how often the header was changed in Slack."""
    changes = [args for name, args in cast.bot.slack.server.calls if name == "chat.update"]
    return sum(args["ts"] == cast.header.ts for args in changes)


def line(cast: Cast, start: str) -> str:
    return next(each for each in text_of(cast.header).splitlines() if each.startswith(start))


# The header ----------------------------------------------------------------------------------------------------------


async def test_the_header_grows_by_region(running: Cast, ana: Person, bo: Person) -> None:
    """The header tells how many delegations of each regional group have answered, of how many."""
    await running.joins("Chie Mihon", "JP")
    await running.joins("Ola Afrika", "X-AU")
    await running.replies(ana, "Quotas")

    await running.later(minutes=1)

    assert line(running, "By region") == (
        "By region: African 1 of 1 · Asia-Pacific 0 of 1 · WEOG 0 of 1 · organisations and others 0 of 1"
    )


async def test_the_header_changes_in_batches(running: Cast, ana: Person, bo: Person) -> None:
    """Of many answers in a minute the first is shown at once and the others together."""
    await running.replies(ana, "Quotas")
    at_once = running.answered
    for number in range(8):
        await running.replies(bo, f"Answer {number}")
    before = (running.answered, updates(running))

    await running.later(minutes=1)

    assert at_once == "Delegations that have answered: 1"
    assert before == ("Delegations that have answered: 1", 1)
    assert (running.answered, updates(running)) == ("Delegations that have answered: 2", 2)


async def test_chatham_house_headers_do_not_tell_the_moment(cast: Cast, secretariat: Person) -> None:
    """Under the Chatham House Rule the header changes on the hour, whenever an answer came, and from five on."""
    await cast.starts(secretariat, attribution="chatham")
    for code in ("NA", "NO", "JP", "CL", "UY"):
        await cast.answers(await cast.joins(f"Person {code}", code), "Thought")
    await cast.later(minutes=30)
    before = cast.answered

    await cast.later(minutes=30)

    assert before == "Delegations that have answered: fewer than 5"
    assert cast.answered == "Delegations that have answered: 5"
    assert "By region" not in text_of(cast.header)


# What is undone ------------------------------------------------------------------------------------------------------


async def test_a_sign_that_is_taken_off_brings_the_reply_back(running: Cast, ana: Person, bo: Person) -> None:
    """Whoever takes their own sign off again has the reply counted, in its words of now; another's sign changes nothing."""
    reply = await running.replies(ana, "Quotas")
    await running.does(ana.react(reply, TAKE_BACK))
    await running.does(bo.react(reply, TAKE_BACK))
    await running.does(bo.unreact(reply, TAKE_BACK))
    await running.later(minutes=1)
    still_out = await running.recorded()
    await running.does(ana.edit(reply, "Quotas and mentors"))

    await running.does(ana.unreact(reply, TAKE_BACK))
    await running.later(minutes=1)

    assert still_out == []
    assert await running.recorded() == [(1, "NA", "Quotas and mentors")]
    assert marks(reply) == {RECORDED}


async def test_undoing_again_and_again_ends_as_the_channel_shows(running: Cast, ana: Person) -> None:
    """However often a reply is taken out and brought back, what is recorded is what the channel shows."""
    reply = await running.replies(ana, "Quotas")
    for _ in range(3):
        await running.does(ana.react(reply, TAKE_BACK))
        await running.later(minutes=1)
        await running.does(ana.unreact(reply, TAKE_BACK))
        await running.later(minutes=1)

    assert await running.recorded() == [(1, "NA", "Quotas")]


async def test_a_sign_taken_off_in_a_gap_counts(running: Cast, ana: Person) -> None:
    """A reply whose author took the sign off while nobody listened counts once the thread is read again."""
    reply = await running.replies(ana, "Quotas")
    await running.does(ana.react(reply, TAKE_BACK))
    await running.goes_deaf()
    await ana.unreact(reply, TAKE_BACK)

    await running.hears_again()
    await running.later(minutes=1)

    assert await running.recorded() == [(1, "NA", "Quotas")]


# Files and links -----------------------------------------------------------------------------------------------------


async def test_a_file_is_noted_with_its_link(running: Cast, ana: Person, bo: Person) -> None:
    """A reply that is a file stands in the results as a link that opens it, and not twice."""
    await running.replies(ana, "See our plan", file=("plan 2026.pdf", b"%PDF"))
    await running.types(bo, "/wps-survey results 1")
    page = bo.sees(running.channel)[-1]

    await running.does(bo.click(page, "Next"))

    assert "> See our plan\n" in text_of(page)
    assert "plan%202026.pdf|plan 2026.pdf>" in text_of(page)
    assert "[plan 2026.pdf]" not in text_of(page)


# Messages that were deleted ------------------------------------------------------------------------------------------


async def vanishes(cast: Cast, message: Message) -> None:
    """Have an administrator delete one of Focal's messages."""
    administrator = await cast.joins("Ad Ministrator", is_admin=True)
    await cast.does(administrator.delete(message))


@pytest.mark.parametrize("heard", [True, False])
async def test_a_deleted_question_is_told_and_posted_again(
    running: Cast, secretariat: Person, ana: Person, bo: Person, heard: bool
) -> None:
    """The Secretariat is told once, at once or after a gap; posted again it takes answers, and the old ones stay."""
    await running.replies(ana, "Quotas")
    if not heard:
        await running.goes_deaf()
    await vanishes(running, running.questions[0])
    if not heard:
        await running.hears_again()
    await running.bot.bot.catchup.catch_up()
    await running.bot.settle()
    notices = [each for each in secretariat.sees(secretariat.dm) if "Somebody has deleted" in text_of(each)]

    await running.does(secretariat.click(notices[0], "Post it again"))
    await running.does(secretariat.click(notices[0], "Post it again"))
    again = running.questions[-1]
    await bo.say(running.channel, "Mentors", again)
    await running.bot.settle()
    await running.bot.bot.catchup.catch_up()
    await running.bot.settle()

    assert len(notices) == 1
    assert "the message of question 1 of survey 1" in text_of(notices[0])
    assert text_of(again).startswith("*Question 1 of 2*")
    assert len(running.questions) == 2
    assert "This message was posted again already" in told(secretariat, secretariat.dm)[-1]
    assert await running.recorded() == [(1, "NA", "Quotas"), (1, "NO", "Mentors")]


@pytest.mark.parametrize("heard", [True, False])
async def test_a_deleted_header_is_told_and_posted_again(
    running: Cast, secretariat: Person, ana: Person, heard: bool
) -> None:
    """A header that was deleted is posted again by a click, and follows the turnout from then on."""
    if not heard:
        await running.goes_deaf()
    await vanishes(running, running.header)
    if not heard:
        await running.hears_again()

    await running.does(secretariat.click(secretariat.sees(secretariat.dm)[-1], "Post it again"))
    await running.replies(ana, "Quotas")
    await running.later(minutes=1)

    assert len([each for each in running.shared if text_of(each).startswith("Survey 1")]) == 1
    assert running.answered == "Delegations that have answered: 1"


async def test_only_those_who_lead_post_again(running: Cast, secretariat: Person, ana: Person) -> None:
    """The button in other hands is refused and posts nothing."""
    await vanishes(running, running.questions[0])

    await running.does(ana.click(ana.handed(secretariat.sees(secretariat.dm)[-1]), "Post it again"))

    assert len(running.questions) == 1
    assert "You cannot start or close a survey here." in told(ana, ana.dm)[-1]


async def test_threads_are_read_again_every_hour(running: Cast, ana: Person) -> None:
    """What Slack gave up delivering, without any gap in the connection, is found within the hour."""
    running.bot.slack.deliveries.faults.dropped = 1
    await running.replies(ana, "Never delivered")
    before = await running.recorded()

    await running.later(hours=1)
    await running.bot.bot.catchup.stop()
    await running.bot.settle()

    assert before == []
    assert await running.recorded() == [(1, "NA", "Never delivered")]
