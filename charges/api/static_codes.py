"""Static codes, and what a payer's bank reads behind a dynamic one (API.md 6.1)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from charges import static_codes
from charges.api.serializers import DecodeBody, EncodeBody
from charges.api.shapes import DecodedCodeShown, StaticCodeShown
from charges.brcode.code import BRCode
from charges.brcode.errors import BRCodeFieldInvalid, BRCodeRefused
from charges.brcode.reading import read
from charges.errors import ChargeGone
from charges.models import Charge
from charges.payload import claims_of, jwks, sign
from charges.qr import png_base64
from charges.states import OPEN
from core.api.errors import error_response
from core.api.formats import dumps
from core.api.operations import Operation
from core.api.views import Endpoint
from core.errors import DomainError, InvalidParameters, MethodNotAllowed, NotFound, Violation

EXAMPLE_CODE = (
    "00020126370014BR.GOV.BCB.PIX0115abc@example.com5204000053039865406123.455802BR5907MATHEUS6008SAOPAULO6108"
    "1234567862100506abc1236304CBBD"
)
# What the codec calls its arguments, and what the contract calls the fields.
FIELDS = {
    "key": "keyPix",
    "name": "merchantName",
    "city": "merchantCity",
    "information": "additionalInformation",
}


class Encode(Endpoint):
    """`/v1/cob-static/encode`"""

    operations = {
        "POST": Operation(
            _("Make a static code"),
            scope="charges.read",
            body=EncodeBody,
            answer=StaticCodeShown,
            description=_(
                "Nothing is kept. Name and city lose their accents and are never cut: what "
                "is too long afterwards is 400. Payments are seen by the platform only if the key is your own "
                "receiving key."
            ),
            example={
                "keyPix": "+5511987654321",
                "merchantName": "Padaria São Jorge",
                "merchantCity": "São Paulo",
                "amount": 12.50,
                "txid": "static-qr-001",
            },
        )
    }
    keyed = False

    def post(self, request: Request) -> Response:
        body = self.body
        try:
            code = static_codes.make_static_code(
                key=body["keyPix"],
                merchant_name=body["merchantName"],
                merchant_city=body["merchantCity"],
                amount=body.get("amount"),
                txid=body.get("txid"),
                information=body.get("additionalInformation"),
            )
        except BRCodeFieldInvalid as invalid:
            faults = [Violation(FIELDS.get(name, name), sentence) for name, sentence in invalid.faults.items()]
            raise InvalidParameters(*faults) from invalid
        return Response(
            {
                "pixCopyAndPaste": code.pix_copy_and_paste,
                "qrCodeBase64": png_base64(code.pix_copy_and_paste),
                "keyPix": code.key,
                "keyType": code.key_type,
                "merchantName": code.merchant_name,
                "merchantCity": code.merchant_city,
                "amount": code.amount,
                "txid": code.txid,
                "additionalInformation": code.information,
            }
        )


class Decode(Endpoint):
    """`/v1/cob-static/decode`"""

    operations = {
        "POST": Operation(
            _("Read a code"),
            scope="charges.read",
            body=DecodeBody,
            answer=DecodedCodeShown,
            errors=(BRCodeRefused,),
            description=_(
                "Static, dynamic, composite and recurrence-only codes. What breaks a rule is 422 and names it."
            ),
            example={"copyPast": EXAMPLE_CODE},
        )
    }
    keyed = False

    def post(self, request: Request) -> Response:
        try:
            code = read(self.body["copyPast"])
        except BRCodeRefused as refused:
            raise BRCodeRefused(refused.problems, path="copyPast") from refused
        return Response(code_shown(code))


def code_shown(code: BRCode) -> dict[str, Any]:
    return {
        "kind": code.kind,
        "pointOfInitiation": code.point_of_initiation,
        "keyPix": code.key,
        "merchantName": code.name,
        "merchantCity": code.city,
        "postalCode": code.postal_code,
        "merchantCategory": code.merchant_category,
        "currency": code.currency,
        "country": code.country,
        "amount": code.amount,
        "txid": code.txid,
        "additionalInformation": code.information,
        "withdrawalProvider": code.withdrawal_provider,
        "location": code.location,
        "recurrenceLocation": code.recurrence_location,
        "crc": code.crc,
        "warnings": [warning.sentence for warning in code.warnings],
        "fields": code.fields,
    }


@method_decorator(csrf_exempt, name="dispatch")
class PublicView(View):
    """An address that a payer's bank reads: no sign-in, no headers, but the one error body. It changes nothing, so
    a foreign form is answered 405 like any other, not with the page about forms."""

    http_method_names = ["get"]

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return error_response(request, MethodNotAllowed(Allow="GET"))


class Payload(PublicView):
    """`/pix/qr/v2/{token}`"""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            charge = self.payable_charge(token)
        except DomainError as error:
            return error_response(request, error)
        return HttpResponse(sign(payload_of(charge)), content_type="application/jose")

    def payable_charge(self, token: str) -> Charge:
        charge = Charge.objects.filter(location_token=token).first()
        if charge is None:
            raise NotFound
        if charge.current_status not in OPEN:
            raise ChargeGone
        return charge


def payload_of(charge: Charge) -> dict[str, Any]:
    return claims_of(
        txid=charge.txid,
        amount=charge.amount,
        receiver_key=charge.receiver_key,
        created_at=charge.created_at,
        expires_at=charge.expires_at,
        revision=charge.revision,
        debtor_document=charge.debtor_document,
        debtor_name=charge.debtor_name,
        payer_request=charge.payer_request,
        additional_information=charge.additional_information,
    )


class Keys(PublicView):
    """`/pix/jwks.json`"""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(dumps(jwks()), content_type="application/json")
