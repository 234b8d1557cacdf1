"""What a form carries along and gets back: sealed, so that nobody else can have written it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def seal(values: Mapping[str, Any], secret: str) -> str:
    """Return `values` (of JSON's kinds) as text that only whoever knows `secret` can have made."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return f"{_mark(text, secret)}{text}"


def unseal(sealed: str, secret: str) -> dict[str, Any] | None:
    """Return the values that were sealed, None if the text is not as `seal` made it."""
    mark, text = sealed[:_LENGTH], sealed[_LENGTH:]
    if not hmac.compare_digest(mark.encode(), _mark(text, secret).encode()):
        return None
    values: dict[str, Any] = json.loads(text)
    return values


def feed_token(secret: str) -> str:
    """Return the part of the calendar feed's address that nobody guesses; it stays the same for an installation."""
    return hmac.new(secret.encode(), b"calendar feed", hashlib.sha256).hexdigest()[:40]


_LENGTH = 32


def _mark(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:_LENGTH]
