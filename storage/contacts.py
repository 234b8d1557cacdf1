"""Contacts: one person's term in one role for one member, from a date until a date."""

from sqlalchemy import Column, Date, Integer, String, Table

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
