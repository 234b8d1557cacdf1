"""What goes wrong on Slack's side, at random and seeded."""

import random
from dataclasses import dataclass

from workspace.deliveries import Fault
from workspace.driver import Workspace

SPARED = frozenset({"auth.test", "apps.connections.open"})
"""Without these a replica does not start; whatever supervises it starts it again."""


@dataclass
class Weather:
    """Refusals, broken connections, slowness, and events that come twice, late or without being acknowledged.

    `timeout` is how many seconds the bot waits for an answer: some answers take longer.
    """

    slack: Workspace
    chance: random.Random
    timeout: float
    counts: dict[str, int]

    def begins(self) -> None:
        """Turn foul."""
        self.slack.server.weather = self._fault
        self.slack.deliveries.faults.delay = self._delay

    def ends(self) -> None:
        """Clear up."""
        self.slack.server.weather = lambda _method: None
        faults = self.slack.deliveries.faults
        faults.delay, faults.duplicates, faults.dropped, faults.swallowed_acks = lambda: 0.0, 0, 0, 0

    async def blows(self) -> None:
        """Let something go wrong with events."""
        faults = self.slack.deliveries.faults
        faults.duplicates += self._happens("duplicated events", 0.3)
        faults.swallowed_acks += self._happens("acknowledgements lost", 0.2)
        if self._happens("sockets disconnected", 0.05):
            await self.slack.disconnect_sockets()

    def _happens(self, what: str, probability: float) -> bool:
        happens = self.chance.random() < probability
        self.counts[what] = self.counts.get(what, 0) + happens
        return happens

    def _delay(self) -> float:
        return self.chance.uniform(0.01, 0.4) if self._happens("events held back", 0.15) else 0.0

    def _fault(self, method: str) -> Fault | None:
        if method in SPARED:
            return None
        if self._happens("429", 0.01):
            return Fault(1, 429, "ratelimited", retry_after=1)
        if self._happens("500", 0.02):
            return Fault(1, 500, "internal_error")
        if self._happens("internal_error", 0.02):
            return Fault(1, error="internal_error")
        if self._happens("connections dropped after accepting", 0.03):
            return Fault(1, drop=True)
        if self._happens("slow answers, some beyond the time-out", 0.05):
            return Fault(1, slow=self.chance.uniform(0.1, 1.5) * self.timeout)
        return None
