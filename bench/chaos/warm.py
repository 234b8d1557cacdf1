"""What every replica has loaded when it starts: a kill shall cost a moment, not a second of imports."""

from bench.chaos import replica
from bot.rules.countries import load_gazetteer

__all__ = ["replica"]
load_gazetteer()
