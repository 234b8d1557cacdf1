"""Slack's error words as classes, so that nobody compares strings.

Source: the error tables of chat.postMessage, chat.update, reactions.add, conversations.history and views.open.
"""

from typing import ClassVar

from slack_sdk.errors import SlackApiError


class SlackError(Exception):
    """Slack answered, and the answer was no; `word` is Slack's own."""

    words: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, word: str, retry_after: float = 0.0) -> None:
        """Keep Slack's `word` and, for a rate limit, the seconds to wait."""
        super().__init__(word)
        self.word = word
        self.retry_after = retry_after


class RateLimited(SlackError):
    """Too fast; nothing was done, and the same call may be made after `retry_after` seconds."""

    words = frozenset({"ratelimited", "rate_limited"})


class Unclear(SlackError):
    """Slack had trouble of its own: whether the call took effect is not known."""

    words = frozenset(
        {
            "internal_error",
            "fatal_error",
            "service_unavailable",
            "request_timeout",
            "team_added_to_org",
            "accesslimited",
        }
    )


class AlreadySo(SlackError):
    """What was asked for is the case already."""

    words = frozenset({"already_reacted", "no_reaction"})


class Unreachable(SlackError):
    """The channel or person cannot be written to: not there, left, archived, or without the app."""

    words = frozenset(
        {
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "user_not_found",
            "users_not_found",
            "user_disabled",
            "cannot_dm_bot",
            "messages_tab_disabled",
            "restricted_action",
        }
    )


class Gone(SlackError):
    """The message that was to be changed or answered is no longer there."""

    words = frozenset({"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"})


class TooLate(SlackError):
    """The three seconds in which a form can be opened are over, or it was opened already."""

    words = frozenset({"trigger_expired", "trigger_exchanged", "expired_trigger_id", "exchanged_trigger_id"})


class TokenRefused(SlackError):
    """The token is wrong, revoked or lacks a scope: an operator has to act."""

    words = frozenset(
        {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
    )


_CLASSES = (RateLimited, Unclear, AlreadySo, Unreachable, Gone, TooLate, TokenRefused)


def of_answer(error: SlackApiError) -> SlackError:
    """Return the class of Slack's answer; a word that no class lists is a plain SlackError, a refusal."""
    response = error.response
    status = getattr(response, "status_code", 200)
    word = _word(response.data if hasattr(response, "data") else response)
    if status == 429 or word in RateLimited.words:
        return RateLimited(word or "ratelimited", _seconds(response))
    if status >= 500:
        return Unclear(word or f"http_{status}")
    found = next((known for known in _CLASSES if word in known.words), SlackError)
    return found(word)


def _word(data: object) -> str:
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _seconds(response: object) -> float:
    headers = {str(k).lower(): v for k, v in getattr(response, "headers", {}).items()}
    value = str(headers.get("retry-after", "1"))
    return float(value) if value.replace(".", "", 1).isdigit() else 1.0
