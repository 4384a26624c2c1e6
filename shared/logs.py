"""What a process says of itself: lines for people, or one JSON object a line for machines.

Never whom it serves: no body, query, path, name or token gets in, nor the message of an exception, which
may quote any of them.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from shared.bus.trace import current_trace

OURS = ("services", "shared", "diemcau", "gunicorn", "__main__")
"""Loggers that are heard from `level` on; libraries from warnings on."""


def configure_logs(process: str, *, as_json: bool, level: int = logging.INFO) -> None:
    """Let all loggers of this process, structlog's and the standard ones, write to stderr in one format.

    `process`: its name in the lines, such as `venue-web`.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(process, as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a burst of requests is no news
    logging.captureWarnings(True)


def outline(error: BaseException) -> str:
    """Kind of an error, and what the machine said of it: never its message, which may name persons."""
    cause = getattr(error, "orig", None) or error  # what the driver said, inside SQLAlchemy's error
    kind = type(cause).__name__
    said = getattr(cause, "sqlstate", None) or (cause.strerror if isinstance(cause, OSError) else None)
    if isinstance(cause, ImportError) or kind == "ConfigError":
        said = str(cause)  # of modules and settings
    return f"{kind} [{said}]" if said else kind


def _formatter(process: str, as_json: bool) -> logging.Formatter:
    def name(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {"process": process, **event}

    told: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_trace,
        _add_traceback,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_without_particulars],
        processors=[*told, *_rendering(name, as_json)],
    )


def _rendering(name: Processor, as_json: bool) -> list[Processor]:
    bare = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if as_json:
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        return [bare, stamp, name, structlog.processors.JSONRenderer(serializer=_dumps)]
    stamp = structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False)
    return [bare, stamp, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def _dumps(event: EventDict, **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _add_trace(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if trace := current_trace():
        event.setdefault("correlation", str(trace.correlation))
        if trace.causation:
            event.setdefault("causation", str(trace.causation))
    return event


def _without_particulars(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A server that tells of a request that failed quotes its address: only the text around it is kept."""
    record: logging.LogRecord = event["_record"]
    if record.name.startswith("waitress"):  # it has filled its texts in itself
        event["event"] = event["event"].partition(" serving ")[0].partition(" servicing ")[0]
    elif record.exc_info:
        event["event"] = str(record.msg)
    elif record.name == "gunicorn.error":  # of what it could not read it quotes the first line
        event["event"] = event["event"].partition(" from ip=")[0]
    return event


def _add_traceback(_logger: Any, _method: str, event: EventDict) -> EventDict:
    error = _error(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = "\n".join(_lines(error))
    return event


def _error(found: Any) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    info = found if isinstance(found, tuple) else sys.exc_info() if found else None
    return info[1] if info else None


def _lines(error: BaseException) -> Iterator[str]:
    """A plain traceback, the first cause first, without messages and without the frames' own values."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause)
        yield "which led to:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        if frame.line:
            yield f"    {frame.line}"
    yield outline(error)
