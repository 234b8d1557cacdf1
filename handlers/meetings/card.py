"""What the card of a meeting shows one person, gathered in one read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.rules.attendance import Attendance, Figures, figures
from bot.rules.duties import Duty, Standing, may_do, standing_of
from bot.rules.meetings import Document
from bot.rules.permissions import Actor, Deed, may
from bot.rules.topics import Topic
from handlers.listening import Focal
from storage import attendance, duties, people, topics
from storage.database import Conn
from storage.meetings import Meeting
from storage.members import all_members


@dataclass(frozen=True)
class Step:
    """A step of a meeting's playbook, and where it stands."""

    duty: Duty
    standing: Standing


@dataclass(frozen=True)
class Card:
    """A meeting as one person may see it; `changed_by` is a name, `may_plan` says that they may change it.

    What stands below `belongs` is empty for those who do not belong to the Network. `own` is the code of the reader's
    delegation and whether they only observe; `asked` are codes of the delegations that could answer; `steps` are the
    duties of its playbook, `to_do` those that the reader may mark done; `names` are of people, by Slack user id.
    """

    meeting: Meeting
    changed_by: str = ""
    may_plan: bool = False
    belongs: bool = False
    documents: tuple[Document, ...] = ()
    topics: Sequence[Topic] = ()
    steps: Sequence[Step] = ()
    to_do: Sequence[Duty] = ()
    attendance: Sequence[Attendance] = ()
    asked: Sequence[str] = ()
    figures: Figures | None = None
    own: tuple[str, bool] | None = None
    may_attend: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


async def gather(conn: Conn, focal: Focal, actor: Actor, meeting: Meeting) -> Card:
    """Return the card of a meeting for `actor`."""
    by, may_plan = await name_of(conn, meeting.changed_by), may(actor.roles, Deed.PLAN_MEETINGS)
    if not may(actor.roles, Deed.PROPOSE_TOPICS):
        return Card(meeting, by, may_plan)
    said = await attendance.of_meeting(conn, meeting.id)
    held = await duties.of_meeting(conn, meeting.id)
    spoken_of = [
        *(each.person for each in said),
        *(user for each in held for user in (each.done_by, each.assigned_to) if user),
    ]
    asked = sorted(await people.members_with_voices(conn, focal.now().date()))
    region_of = {code: each.region for code, each in (await all_members(conn)).items()}
    return Card(
        meeting,
        by,
        may_plan,
        belongs=True,
        documents=meeting.plan.documents,
        topics=await topics.of_meeting(conn, meeting.id),
        steps=[Step(each, standing_of(each, focal.now(), focal.network.working_hours)) for each in held],
        to_do=[each for each in held if each.due_on is not None and may_do(actor, each)],
        attendance=said,
        asked=asked,
        figures=figures(said, asked, region_of),
        own=(actor.member, actor.is_observer) if actor.member else None,
        may_attend=bool(actor.member) and may(actor.roles, Deed.ATTEND) and meeting.plan.is_open(focal.now()),
        names={each.user_id: each.name for each in await people.by_ids(conn, spoken_of)},
    )


async def name_of(conn: Conn, user_id: str | None) -> str:
    """Return what somebody is called, an empty text for nobody."""
    found = await people.by_ids(conn, [user_id]) if user_id else ()
    return found[0].name if found else ""
