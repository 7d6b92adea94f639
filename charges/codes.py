"""The copy-and-paste code of a charge: it points to an address of ours and so never changes."""

from django.conf import settings

from charges.brcode.writing import write_dynamic
from charges.models import Charge


def location_of(charge: Charge) -> str:
    """Host and path without a scheme, at most 77 characters (BR Code 26.25)."""
    return f"{settings.PIX_LOCATION_HOST}/pix/qr/v2/{charge.location_token}"


def dynamic_code(charge: Charge) -> str:
    client = charge.client
    return write_dynamic(
        location=location_of(charge),
        name=client.brcode_name,
        city=client.brcode_city,
        mcc=client.merchant_category,
    )
