"""What a person, or a test, is told when something did not work."""


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
    """The app could not be reached, or answered with an HTTP error."""

    word = "dispatch_failed"


class UnknownCommand(Shown):
    """The manifest has no such slash command."""

    word = "unknown_command"


class NotPossible(ValueError):
    """No such button, field, option, message or channel is in front of this person, or it cannot be used by them."""


class Misanswered(AssertionError):
    """The app's acknowledgement says something that Slack would show as trouble with the app."""


class NeverCame(AssertionError):
    """What was waited for did not happen before the deadline; the text shows what people see instead."""
