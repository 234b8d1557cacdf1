"""Contacts: one person's term in one role for one member, from a date until a date."""

from datetime import date

from sqlalchemy import Column, ColumnElement, Date, Integer, String, Table, and_, or_

from storage.database import UTCDateTime, metadata

contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("member", String(12), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("role", String(30), nullable=False),
    Column("title", String(200), nullable=False, server_default=""),
    Column("institution", String(200), nullable=False, server_default=""),
    Column("email", String(254), nullable=False, server_default="", index=True),
    Column("phone", String(60), nullable=False, server_default=""),
    Column("languages", String(120), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False, server_default=""),
    Column("since", Date),
    Column("until", Date),
    Column("user_id", String(24), index=True),
    Column("updated_at", UTCDateTime, nullable=False),
)


def held_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a term runs on `day`, its first and last day included."""
    begun = or_(contacts.c.since.is_(None), contacts.c.since <= day)
    return and_(begun, or_(contacts.c.until.is_(None), contacts.c.until >= day))
