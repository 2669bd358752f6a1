"""Logs are JSON, one object a line, with the correlation id; they carry no personal data.

Call `configure_logs` once in a process's composition root, then `structlog.get_logger()` anywhere. Standard library
loggers (gunicorn's, SQLAlchemy's, pika's) come out in the same form.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from libs.chassis.trace import correlation_id


def configure_logs(process: str, level: str = "INFO") -> None:
    """Send every log line of this process to stderr as JSON. `process` names it, e.g. `consultation-worker`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_correlation_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _name_process(process),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for talkative in ("pika", "httpx", "httpcore", "amqp"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _add_correlation_id(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    trace = correlation_id()
    if trace:
        line.setdefault("correlation_id", trace)
    return line


def _name_process(process: str) -> structlog.typing.Processor:
    # A context variable does not reach threads started later; the name belongs on every line all the same.
    def add(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line.setdefault("process", process)
        return line

    return add
