"""Who the token is, and what became of an earlier request (API.md 6.8)."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.shapes import MeShown, OutcomeShown
from accounts.bearer import Token
from accounts.queries import client_of
from accounts.requests import outcome_of
from core import clock
from core.api.fields import as_uuid
from core.api.operations import Operation
from core.api.views import Endpoint
from core.errors import InvalidParameters, Violation


class Me(Endpoint):
    """`/v1/me`"""

    operations = {"GET": Operation(_("Who the token is"), answer=MeShown)}

    def get(self, request: Request) -> Response:
        client, token = client_of(self.actor), request.auth
        assert isinstance(token, Token)  # noqa: S101 - narrows the type
        return Response(
            {
                "client": {
                    "id": client.public_id,
                    "legalName": client.legal_name,
                    "tradeName": client.trade_name,
                    "document": client.document,
                    "timeZone": client.time_zone,
                },
                "environment": settings.ENVIRONMENT,
                "scopes": list(token.scopes),
                "expiry": clock.text(token.expires),
                "limits": {
                    "requestsPerMinute": settings.API_REQUESTS_PER_MINUTE,
                    "largestCharge": client.largest_charge,
                    "defaultExpiration": client.default_expiration,
                },
            }
        )


class Requests(Endpoint):
    """`/v1/requests/{x-transaction-id}`"""

    operations = {
        "GET": Operation(
            _("What became of a request"),
            answer=OutcomeShown,
            description=_(
                "After a time-out: FINISHED with what was answered, RUNNING, or NOT_FOUND when nothing was done under "
                "this key: it never arrived, was refused, or is older than two days. Shows only calls whose scope "
                "the token holds. The image of a QR code is not kept and so is null here."
            ),
        )
    }

    def get(self, request: Request, transaction_id: str) -> Response:
        key = as_uuid(transaction_id)
        if key is None:
            raise InvalidParameters(Violation("x-transaction-id", _("must be a UUID in the form 8-4-4-4-12")))
        token: Any = request.auth
        return Response(outcome_of(self.actor, key, token))
