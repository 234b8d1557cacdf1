"""Every command, action, callback and shortcut id, once."""

from typing import Final

# Slash commands, as the manifest names them.
ASK: Final = "/wps"
CONTACTS: Final = "/wps-contacts"
SURVEY: Final = "/wps-survey"
RECOMMEND: Final = "/wps-recommend"
TROIKA: Final = "/wps-troika"
MEETING: Final = "/wps-meeting"
COMMUNIQUE: Final = "/wps-communique"

# Shortcuts, as the manifest names them.
RECOMMEND_MESSAGE: Final = "recommend_message"

# A link button sends a click too; it needs an answer, though there is nothing to do.
OPEN_LINK: Final = "open_link"
