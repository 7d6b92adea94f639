"""One line for each thing that happened, with documents masked, whoever logs it."""

import logging
import logging.config
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

# A document, bare or with its mask, not inside a longer run of letters and digits.
CPF = re.compile(r"(?<![0-9A-Za-z])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![0-9A-Za-z])")
CNPJ = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?\d{2}(?![0-9A-Za-z])")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def mask_documents(text: str) -> str:
    return CNPJ.sub("[CNPJ]", CPF.sub("[CPF]", text))


def one_line(text: str) -> str:
    """Control characters shown as such: nothing that a caller sent may forge a line of the log."""
    return CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and name != "exception":
            event[name] = one_line(mask_documents(value))
        elif name == "exception":
            event[name] = mask_documents(str(value))
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
    structlog.processors.format_exc_info,
    clean,
]


def configure(_settings: dict[str, Any]) -> None:
    """Called by Django as LOGGING_CONFIG."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(),
                pad_event_to=0,
                pad_level=False,
                # Never the local variables: they hold what callers sent.
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        "foreign_pre_chain": SHARED,
    }
    quiet = {"level": "WARNING"}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": formatter},
            "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
            "root": {"handlers": ["out"], "level": "INFO"},
            "loggers": {
                # Replaces what Django has set up by itself before.
                "django": {"handlers": [], "level": "INFO", "propagate": True},
                "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
                "celery": quiet,
                "kombu": quiet,
                "httpx": quiet,
                "httpcore": quiet,
                "django.request": {"level": "ERROR"},
            },
        }
    )
