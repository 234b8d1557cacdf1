"""What this installation knows of itself: its own secret, and which seeds it has loaded."""

import secrets

from sqlalchemy import Column, String, Table, select

from storage.database import Conn, insert_new, metadata

installation = Table(
    "installation",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", String(200), nullable=False),
)


async def secret(conn: Conn) -> str:
    """Return this installation's own secret, made on first use: it hides what post marks stand for."""
    await insert_new(conn, installation, {"name": "secret", "value": secrets.token_hex(32)})
    return await secret_of(conn)


async def secret_of(conn: Conn) -> str:
    """Return this installation's own secret, which `secret` has made."""
    return str((await conn.execute(select(installation.c.value).where(installation.c.name == "secret"))).scalar_one())


async def first_time(conn: Conn, what: str) -> bool:
    """Tell whether `what` happens for the first time in this installation, and remember it."""
    return await insert_new(conn, installation, {"name": f"done:{what}", "value": "yes"})
