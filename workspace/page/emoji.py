"""Emoji by the names Slack gives them."""

import re

from rich.emoji import Emoji

NAME = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:")
VARIATION = "\ufe0f"
"""Asks for the coloured form of a character that also has a plain one."""
ONLY_SLACK = {
    "large_green_circle": "🟢", "large_yellow_circle": "🟡", "large_orange_circle": "🟠", "large_purple_circle": "🟣",
    "large_brown_circle": "🟤", "large_green_square": "🟩", "large_yellow_square": "🟨", "large_red_square": "🟥",
    "large_orange_square": "🟧", "simple_smile": "🙂", "woman-raising-hand": "🙋‍♀️", "female-office-worker": "👩‍💼",
    "women_holding_hands": "👭", "heavy_plus_sign": "➕", "heavy_minus_sign": "➖",
}  # fmt: skip


def character(name: str) -> str:
    """Return the emoji of a name without colons, empty if it is not known."""
    bare = name.partition("::")[0]
    found = ONLY_SLACK.get(bare) or Emoji.replace(f":{bare}:")
    if found == f":{bare}:":
        return ""
    return found + VARIATION if len(found) == 1 and ord(found) < 0x1F000 else found
