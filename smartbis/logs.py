"""Structured logs: an event's name and ids; never a phone number, a code, a token or a message's text."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.conf import settings

from smartbis.kernel.context import request_id, scoped_tenant

_SECRET = re.compile(r"(?<![\w-])(\+?\d[\d\s().-]{8,}\d|smb_[sp]k_\w+|Bearer\s+\S+|EAA\w{20,})(?![\w-])")


def configure_logs() -> None:
    """Send every log line of this process to standard error, as JSON or for the eye."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context,
        structlog.processors.format_exc_info,
        redact,
    ]
    final = (
        structlog.processors.JSONRenderer()
        if settings.LOG_FORMAT == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.LOG_LEVEL)
    for noisy in ("urllib3", "requests", "celery.worker.strategy", "celery.app.trace", "celery.beat"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _add_context(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if value := request_id():
        line["request_id"] = value
    if tenant := scoped_tenant():
        line.setdefault("tenant", str(tenant))
    return line


def redact(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out what looks like a phone number, a document, a key or a token, in any text of the line."""
    for name, value in line.items():
        if isinstance(value, str) and name not in ("timestamp", "request_id", "tenant"):
            line[name] = _SECRET.sub("[redacted]", value)
    return line
