"""What a person, a test or the app is told when something did not work."""

from typing import Any


class Shown(Exception):
    """Slack shows the acting person an error instead of an answer; `word` is Slack's own."""

    word = "dispatch_failed"

    def __init__(self, what: str) -> None:
        """Say which command, button or form got no answer."""
        super().__init__(f"{what} failed with the error “{self.word}”")
        self.what = what


class Timeout(Shown):
    """The app did not acknowledge within three seconds. Source: Slack, "Implementing slash commands"."""

    word = "operation_timeout"


class DispatchFailed(Shown):
    """Nothing was sent: the app's manifest does not provide for it."""

    word = "dispatch_failed"


class UnknownCommand(Shown):
    """The manifest has no such slash command."""

    word = "unknown_command"


class Refusal(Exception):
    """Slack's answer `ok: false` to the app, with its word and, where it says more, its details."""

    def __init__(self, word: str, messages: list[str] | None = None, **more: Any) -> None:
        """Refuse with `word`."""
        super().__init__(": ".join([word, *(messages or ())]))
        self.answer: dict[str, Any] = {"ok": False, "error": word, **more}
        if messages:
            self.answer["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in messages]}


class NotPossible(ValueError):
    """No such button, field, option, message or channel is in front of this person, or it cannot be used by them."""


class Misanswered(AssertionError):
    """The app's acknowledgement says something that Slack would show as trouble with the app."""


class NeverCame(AssertionError):
    """What was waited for did not happen before the deadline; the text shows what people see instead."""
