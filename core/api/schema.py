"""The OpenAPI document: what every operation shares is written once, here."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

TRANSACTION_ID = OpenApiParameter(
    "x-transaction-id",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description="A UUID in the form 8-4-4-4-12. On writes it is the idempotency key: reuse it when you retry.",
)


def only_canonical_paths(endpoints: list[Any], **_kwargs: Any) -> list[Any]:
    """Documents what stands in `api_urls` alone."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(("/v1/", "/pix/"))]


class ContractSchema(AutoSchema):
    """Adds the header of every request."""

    def get_override_parameters(self) -> list[Any]:
        return [] if getattr(self.view, "anonymous", False) else [TRANSACTION_ID]
