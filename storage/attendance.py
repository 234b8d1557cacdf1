"""Who comes to which meeting: one answer per delegation, the newest one."""

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, select

from bot.rules.attendance import Attendance, Coming
from storage.database import Conn, UTCDateTime, metadata, upsert

attendance = Table(
    "meeting_attendance",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True),
    Column("member", String(12), primary_key=True),
    # An observer of an organisation speaks for nobody else who may speak for it.
    Column("observer", Boolean, primary_key=True),
    Column("coming", String(10), nullable=False),
    Column("person", String(24), nullable=False),
    Column("at", UTCDateTime, nullable=False),
)


async def answer(conn: Conn, meeting_id: int, said: Attendance) -> None:
    """Store what a delegation says of a meeting, in place of what it said before."""
    values = {"meeting_id": meeting_id, **vars(said), "coming": said.coming.value}
    await upsert(conn, attendance, ("meeting_id", "member", "observer"), values)


async def of_meeting(conn: Conn, meeting_id: int) -> tuple[Attendance, ...]:
    """Return what delegations say of a meeting, in the order of their codes."""
    wanted = select(attendance).where(attendance.c.meeting_id == meeting_id)
    rows = await conn.execute(wanted.order_by(attendance.c.member, attendance.c.observer))
    return tuple(Attendance(r.member, Coming(r.coming), r.person, r.at, r.observer) for r in rows)
