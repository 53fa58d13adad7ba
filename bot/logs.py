"""Logs: JSON lines on standard error, without a token and without a word that anyone wrote.

Redaction sits in the formatter of the root handler, so it covers every library's records and
their tracebacks too. What people write is kept out at the source: our own records carry ids and
types only, and the libraries that print payloads are held at a level where they do not.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

TOKEN = re.compile(r"(?<!\d)\d{6,}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")
HIDDEN = "[hidden]"
WARNING = re.compile(r"[\w.-]+:\d+: \w+(?=:)")  # file, line and category

QUIET: Mapping[str, int] = {
    # these print URLs with the token, or what people wrote
    "telegram": logging.CRITICAL + 1,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "aiohttp": logging.CRITICAL + 1,
    "sqlalchemy": logging.WARNING,
    "psycopg": logging.ERROR,
    "uvicorn.access": logging.CRITICAL + 1,
    "asyncio": logging.ERROR,
    "alembic": logging.WARNING,
}

Event = MutableMapping[str, Any]


class Redaction:
    """A processor that hides tokens, and the given secrets, in whole lines."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(sorted((s for s in secrets if s), key=len, reverse=True))

    def text(self, line: str) -> str:
        """The line without secrets."""
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return TOKEN.sub(HIDDEN, line)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record, then redacts the finished line with its traceback."""

    def __init__(self, redaction: Redaction, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        """The record as one redacted line of JSON."""
        return self._redaction.text(super().format(record))


def _where_it_failed(_: Any, __: str, event: Event) -> Event:
    """Replace a traceback by types, files and lines: values and messages may quote a person."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = describe(error)
    return event


def describe(error: BaseException) -> str:
    """The error's type, its causes' types and the line each came from; never its message."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        trace = seen.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        at = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
        parts.append(f"{type(seen).__name__}{at}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " < ".join(parts)


def _foreign_text(_: Any, __: str, event: Event) -> Event:
    """Keep of a library's record only its template's first line: the rest may quote a person.

    asyncio writes the task and its exception into the lines below.
    """
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and event.get("_from_structlog") is False:
        template = next(iter(str(record.msg).splitlines()), "")[:200]
        if record.name == "py.warnings":  # its template is the whole warning
            found = WARNING.search(template)
            template = found[0] if found else "warning"
        event["event"] = template
        event.pop("stack_info", None)
    return event


def set_up(level: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send all logging of the process to ``stream`` (standard error), redacted."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        RedactingFormatter(
            Redaction(secrets),
            foreign_pre_chain=shared,
            processors=[
                _where_it_failed,
                _foreign_text,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=lambda value: type(value).__name__),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, lowest in QUIET.items():
        logging.getLogger(name).setLevel(lowest)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )

    def unhandled(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        get_logger("bot").critical("unhandled", error=describe(error.with_traceback(trace)))

    def unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            unhandled(args.exc_type, args.exc_value, args.exc_traceback)

    def unraisable(args: Any) -> None:
        if args.exc_value is not None:
            get_logger("bot").error("unraisable", error=describe(args.exc_value))

    sys.excepthook = unhandled
    threading.excepthook = unhandled_in_thread
    sys.unraisablehook = unraisable
    logging.raiseExceptions = False  # it would print a record that cannot be formatted, whole


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose records carry keyword values; never pass it a text that a person wrote."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
