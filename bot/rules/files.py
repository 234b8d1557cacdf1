"""Files that people send to Focal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

TABLES = (".csv", ".tsv", ".xlsx", ".vcf", ".vcard")
"""Endings of files that contacts are read from."""
DOCUMENTS = (".md", ".docx", ".pdf", ".jsonl", ".json")
"""Endings of files that answers are found in."""


@dataclass(frozen=True)
class SharedFile:
    """A file as Slack holds it; `user_id` is who uploaded it."""

    name: str
    user_id: str
    content: bytes


def table_in(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the first file of a table that a person has just sent to the app in a direct message, None if none is."""
    return _sent(body, TABLES)


def document_in(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the first document that a person has just sent to the app in a direct message, None if none is."""
    return _sent(body, DOCUMENTS)


def _sent(body: Mapping[str, Any], endings: tuple[str, ...]) -> Mapping[str, Any] | None:
    if body.get("channel_type") != "im" or body.get("subtype") != "file_share" or body.get("thread_ts"):
        return None
    files: Iterable[Mapping[str, Any]] = body.get("files") or ()
    return next((each for each in files if each.get("id") and ending_of(str(each.get("name"))) in endings), None)


def ending_of(name: str) -> str:
    """Return the ending of a file's name, with its dot, in small letters."""
    return PurePath(name).suffix.casefold()
