"""One line for each thing that happened, with documents and card numbers masked, whoever logs it."""

import logging
import logging.config
import re
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from core import cards

# A document, bare or with its mask, not inside a longer run of letters and digits.
CPF = re.compile(r"(?<![0-9A-Za-z])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![0-9A-Za-z])")
CNPJ = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?\d{2}(?![0-9A-Za-z])")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Whoever reads one of these addresses can use it: a new password, somebody's charge.
KEY_IN_ADDRESS = re.compile(r"(/password/reset/[0-9A-Za-z]+-|/pix/qr/v2/)[^\s\"'<>?]+")

# Digits, in groups of any length, as people and addresses write them. An id in the form of a UUID stays whole.
GAP = re.compile(r"((?:%20|%2D|[ \N{NO-BREAK SPACE}.+_-]){1,3})", re.IGNORECASE)
DIGITS = re.compile(
    r"(?<![0-9A-Za-z])(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])"
    rf"|\d+(?:{GAP.pattern}\d+)*",
    re.IGNORECASE,
)
CARD_LENGTHS = range(13, 20)


def mask(text: str) -> str:
    """The text without anybody's CPF, CNPJ or card number."""
    return CNPJ.sub("[CNPJ]", CPF.sub("[CPF]", DIGITS.sub(_mask_cards, text)))


def _mask_cards(found: re.Match[str]) -> str:
    """Hides the groups that make up a card number together, also beside others, such as its CVV or its date."""
    if found["uuid"]:
        return found.group()
    pieces = GAP.split(found.group())  # the gaps stand between the groups
    groups = pieces[::2]
    for first in range(len(groups)):
        for last in _ends_of_cards(groups, first):
            pieces[2 * first : 2 * last + 1 : 2] = ["[CARD]"] * (last - first + 1)
    return "".join(pieces)


def _ends_of_cards(groups: list[str], first: int) -> Iterator[int]:
    digits = ""
    for last in range(first, len(groups)):
        digits += groups[last]
        if len(digits) > CARD_LENGTHS[-1]:
            return
        if len(digits) in CARD_LENGTHS and cards.is_right(digits):
            yield last


def without_keys(text: str) -> str:
    """The text without the secret part of an address. Not in `mask`, through which a developer's letters pass too."""
    return KEY_IN_ADDRESS.sub(r"\1[KEY]", text)


def one_line(text: str) -> str:
    """Control characters shown as such: nothing that a caller sent may forge a line of the log."""
    return CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and name != "exception":
            event[name] = one_line(mask(value))
        elif name == "exception":
            event[name] = mask(str(value))
    return event


def clean_line(_logger: Any, _method: str, line: Any) -> Any:
    """Once more over the finished line: numbers and nested values had no text before."""
    return without_keys(mask(line))


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
            clean_line,
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
