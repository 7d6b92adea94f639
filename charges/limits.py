"""Limits of a charge's fields, shared by the form and the API (API.md 6.1, BCB Pix API 2.9)."""

from datetime import datetime

DESCRIPTION = 140
USER_REFERENCE = 77
PAYER_REQUEST = 140
DEBTOR_NAME = 200
INFORMATION_ITEMS = 50
INFORMATION_NAME = 50
INFORMATION_VALUE = 200
SHORTEST_EXPIRATION = 1
LONGEST_EXPIRATION = 3600
REFUND_DESCRIPTION = 140
MERCHANT_REFUND_ID = r"[A-Za-z0-9]{1,35}"


def expiration(created_at: datetime, expires_at: datetime) -> int:
    """Seconds from creation to the end. One that the sandbox ended at once has lived for the shortest time."""
    return max(SHORTEST_EXPIRATION, round((expires_at - created_at).total_seconds()))
