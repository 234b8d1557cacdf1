"""Events in: what is said is heard, whatever goes wrong meanwhile."""

from datetime import timedelta

from tests.harness import Harness
from workspace.driver import text_of


async def test_a_newcomer_is_heard_though_slack_cannot_tell_who_it_is(bot: Harness) -> None:
    """What somebody says for the first time waits until Slack tells who they are, and is answered as theirs."""
    await bot.contact({"member": "NA", "name": "Ana", "role": "focal point", "email": "ana@example.org"})
    newcomer = bot.slack.add_user("Ana Example", email="ana@example.org")
    bot.slack.fail("users.info", status=500)
    await newcomer.tell_app("help")
    await bot.settle()
    unanswered = len(bot.slack.messages(newcomer.dm))

    await bot.at(bot.clock.now() + timedelta(minutes=1))

    known = await bot.bot.focal.who(newcomer.id)
    assert (unanswered, len(bot.slack.messages(newcomer.dm))) == (1, 2)
    assert known.member == "NA"


async def test_somebody_whom_slack_does_not_know_is_answered_all_the_same(bot: Harness) -> None:
    """Where Slack says that there is no such user, waiting would help nobody: the question is answered as a stranger's."""
    stranger = bot.slack.add_user("Stran Ger")
    bot.slack.fail("users.info", "user_not_found", times=100)
    await stranger.tell_app("help")

    await bot.settle()

    assert "/wps" in text_of(bot.slack.messages(stranger.dm)[-1])
