"""Tags and filters of every template."""

from datetime import datetime
from decimal import Decimal

from django import template

from core import documents, money

register = template.Library()


@register.filter
def money_text(amount: Decimal) -> str:
    """`R$ 1.234,56` in the reader's language."""
    return money.formatted(amount)


@register.filter
def document_text(document: str) -> str:
    return documents.formatted(document)


@register.filter
def iso(moment: datetime) -> str:
    return moment.isoformat()
