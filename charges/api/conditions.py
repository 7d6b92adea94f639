"""Filters of the API's lists as conditions. The portal's FilterSet asks the same columns."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from charges.queries import with_status


def charge_conditions(query: dict[str, Any], moment: datetime) -> Q:
    """Charges made for another product are listed only when asked for by their origin."""
    wanted = Q(origin=query.get("origin") or "")
    if query.get("status"):
        wanted &= with_status(query["status"], moment)
    document = query.get("naturalPersonIdentification") or query.get("legalPersonIdentification")
    for field, value in (
        ("txid", query.get("txid")),
        ("debtor_document", document),
        ("user_reference", query.get("userReference")),
    ):
        if value:
            wanted &= Q(**{field: value})
    return wanted


def refund_conditions(query: dict[str, Any]) -> Q:
    wanted = Q()
    for field, name in (
        ("charge__txid", "txid"),
        ("payment__end_to_end_id", "endToEndId"),
        ("status", "status"),
        ("status_reason", "statusReason"),
    ):
        if query.get(name):
            wanted &= Q(**{field: query[name]})
    return wanted
