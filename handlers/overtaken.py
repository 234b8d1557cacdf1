"""Events that Slack tells before those they are about: they wait, since what is missing is most likely on its way."""

from datetime import timedelta

from bot.rules.surveys import moment_of
from handlers.listening import Focal, TooSoon
from storage import survey_answers, surveys
from storage.database import Conn

OVERTAKEN = timedelta(minutes=4)
"""How old a message may be that is still waited for: Slack tries again at once, after one minute and after five; from
then on reading the threads again finds what is missing. Short of the inbox's last try, which comes after 4 min 14 s."""


async def wait_for(conn: Conn, focal: Focal, channel: str, ts: str) -> None:
    """Raise TooSoon where a message that nobody knows may be a reply whose own event has been overtaken."""
    if focal.now() - moment_of(ts) > OVERTAKEN or await survey_answers.is_known(conn, channel, ts):
        return
    if await surveys.is_running(conn, channel) or await surveys.is_posting(conn, channel):
        raise TooSoon
