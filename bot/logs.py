"""Logs an operator can read and nobody is betrayed by: no message text, no e-mail address, no token."""

import logging
import re
import sys
import traceback
from types import TracebackType

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|[\w.+-]+@[\w-]+\.[\w.-]+")


def set_up(level: str = "INFO", *, pretty: bool | None = None) -> None:
    """Send structured lines to standard error: JSON, or readable where a person watches.

    The SDK logs whole payloads at DEBUG and whole bodies at INFO, so the loggers of libraries start at WARNING.
    """
    pretty = sys.stderr.isatty() if pretty is None else pretty
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s", force=True)
    for noisy in ("slack_bolt", "slack_bolt.AsyncApp", "slack_sdk", "aiosqlite", "apscheduler", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what looks like a token or an e-mail address in any field."""
    return {key: _SECRET.sub("[redacted]", value) if isinstance(value, str) else value for key, value in event.items()}


def where(error: BaseException) -> str:
    """Return where an error came from, function by function, without its words: they may hold what somebody typed."""
    frames = traceback.extract_tb(_deepest(error))
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
    return " > ".join(places)


def _deepest(error: BaseException) -> TracebackType | None:
    if isinstance(error, BaseExceptionGroup) and error.exceptions:
        return _deepest(error.exceptions[0])
    return error.__traceback__
