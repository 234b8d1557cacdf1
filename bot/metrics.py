"""Figures for whoever watches the server: how much waits, since when, and what became of what came and went.

Every label is a word of this module's or a number: no person, channel, member or text is ever in one.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from storage import inbox, occurrences, outbox
from storage.database import Database

ACK_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Slack waits for three."""


class Metrics:
    """What one process has counted since it started, and what the database says when it is asked."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "focal_requests",
            "Requests to the HTTP endpoint, by status of the answer",
            ["status"],
            registry=self.registry,
        )
        self._acks = Histogram(
            "focal_ack_seconds", "How long Slack waited to be told", buckets=ACK_BUCKETS, registry=self.registry
        )
        self._again = Counter("focal_slack_retries", "Requests that Slack sent again", registry=self.registry)
        self._events = Counter(
            "focal_events", "Events from the inbox, by outcome: applied, refused, early, failed", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self._deliveries = Counter(
            "focal_deliveries", "Calls for the outbox, by outcome: sent, limited, doubtful, put_back, refused",
            ["outcome"], registry=self.registry,
        )  # fmt: skip
        self._rows = Gauge(
            "focal_waiting", "What waits, by queue and state", ["queue", "state"], registry=self.registry
        )
        self._oldest = Gauge(
            "focal_oldest_waiting_seconds", "How long the oldest has waited that could go now, by queue", ["queue"],
            registry=self.registry,
        )  # fmt: skip
        self._lag = Gauge("focal_beat_lag_seconds", "Time since the heart has beaten", registry=self.registry)

    def answered(self, status: int, seconds: float, *, again: bool = False) -> None:
        """Count a request; `again` if Slack had sent it before."""
        self._requests.labels(str(status)).inc()
        if status == 200:
            self._acks.observe(seconds)
        if again and status == 200:
            self._again.inc()

    def event(self, outcome: str) -> None:
        """Count an event of the inbox."""
        self._events.labels(outcome).inc()

    def delivery(self, outcome: str) -> None:
        """Count a call that the outbox asked for."""
        self._deliveries.labels(outcome).inc()

    async def text(self, db: Database, now: datetime, last_beat: datetime | None) -> bytes:
        """Return everything in Prometheus's text format, with what waits in `db` at `now`."""
        async with db.read() as conn:
            sending = await outbox.backlog(conn, now)
            arrived, oldest = await inbox.backlog(conn)
            due = await occurrences.oldest_due(conn, now)
        for queue, rows, states in (
            ("outbox", sending.rows, (*outbox.OPEN, outbox.State.DEAD)),
            ("inbox", arrived, ("new", "dead")),
        ):
            for state in states:
                self._rows.labels(queue, str(state)).set(rows.get(state, 0))
        for queue, since in (("outbox", sending.oldest), ("inbox", oldest), ("reminders", due)):
            self._oldest.labels(queue).set(_seconds(since, now))
        self._lag.set(_seconds(last_beat, now))
        return generate_latest(self.registry)


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
