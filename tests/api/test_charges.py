"""Charges through the API (API.md 6.1)."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS

from accounts.models import Client
from charges.brcode.reading import read
from charges.models import Charge
from core import clock
from core.actor import BRASILIA
from gateways.sandbox.models import SandboxCharge
from tests.conftest import Merchant

pytestmark = pytest.mark.django_db
WHOLE = {
    "amount": 1234.5,
    "expiration": 600,
    "description": "  Pedido  ",
    "userReference": "pedido-1042",
    "payerRequest": "Informe o nº",
    "additionalInformation": [{"name": "Loja", "value": "Sé"}],
    "debtor": {"name": "Marina 🎉", "naturalPersonIdentification": "123.456.789-09"},
    "validateDebtor": True,
}


def create(merchant: Merchant, **body: Any) -> dict[str, Any]:
    answer = merchant.post("/v1/dynamic", {"amount": 100, **body})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_a_charge_echoes_what_was_sent_trimmed_and_bare(merchant: Merchant) -> None:
    made = create(merchant, **WHOLE)
    assert len(made["txid"]) == 31
    assert made["txid"].startswith(f"astra{clock.today(BRASILIA):%Y%m}")
    assert made["status"] == {"code": "2", "description": "ACTIVE"}
    assert (made["amount"], made["expiration"], made["revision"]) == (1234.5, 600, 0)
    assert (made["description"], made["payerRequest"]) == ("Pedido", "Informe o nº")
    assert made["additionalInformation"] == [{"name": "Loja", "value": "Sé"}]
    assert made["debtor"] == {
        "name": "Marina 🎉",
        "naturalPersonIdentification": "12345678909",
        "legalPersonIdentification": None,
    }


def test_amounts_are_answered_with_two_decimals(merchant: Merchant) -> None:
    for text in ("100", "100.0", "100.00"):
        assert b'"amount":100.00,' in merchant.post("/v1/dynamic", f'{{"amount":{text}}}'.encode()).content


def test_the_code_is_a_png_of_a_valid_dynamic_code_without_amount(merchant: Merchant) -> None:
    made = create(merchant)
    code = read(made["pixCopyAndPaste"])
    assert (code.kind, code.point_of_initiation, code.amount, code.txid) == ("dynamic", "12", None, None)
    assert base64.b64decode(made["qrCodeBase64"]).startswith(b"\x89PNG")


def test_only_the_amount_is_needed_and_the_client_decides_the_expiration(merchant: Merchant, shop: Client) -> None:
    Client.objects.filter(pk=shop.pk).update(default_expiration=90)
    made = create(merchant, expiration=None, debtor=None, additionalInformation=None, description="")
    assert (made["expiration"], made["debtor"], made["description"]) == (90, None, None)


def test_a_debtors_name_may_stand_alone_and_is_not_sent_to_the_network(merchant: Merchant) -> None:
    made = create(merchant, debtor={"name": "Marina"})
    assert made["debtor"]["name"] == "Marina"
    assert SandboxCharge.objects.get().payer_name == ""


def test_without_a_receiving_key_or_above_the_limit_it_is_422(merchant: Merchant, shop: Client) -> None:
    Client.objects.filter(pk=shop.pk).update(largest_charge=50)
    assert merchant.post("/v1/dynamic", {"amount": 50.01}).json()["errorCode"] == 101
    Client.objects.filter(pk=shop.pk).update(pix_key="")
    assert merchant.post("/v1/dynamic", {"amount": 1}).json()["errorCode"] == 100


def test_without_a_gateway_nothing_is_accepted(merchant: Merchant, settings: Any) -> None:
    settings.PIX_GATEWAY = None
    assert merchant.post("/v1/dynamic", {"amount": 1}).status_code == 503
    assert not Charge.objects.exists()


class TestChanging:
    def test_what_is_sent_changes_and_the_rest_and_the_code_stay(self, merchant: Merchant) -> None:
        made = create(merchant, **WHOLE)
        changed = merchant.call("PATCH", f"/v1/dynamic/{made['txid']}", {"amount": 5, "description": None}).json()
        assert (changed["amount"], changed["description"], changed["revision"]) == (5, None, 1)
        kept = ("pixCopyAndPaste", "userReference", "debtor", "calendar", "additionalInformation")
        assert all(changed[name] == made[name] for name in kept)
        assert merchant.get(f"/v1/orders/{made['txid']}").json()["amount"] == 5

    def test_the_expiration_counts_from_creation(self, merchant: Merchant, txid: str) -> None:
        changed = merchant.call("PATCH", f"/v1/dynamic/{txid}", {"expiration": 1800}).json()
        charge = Charge.objects.get()
        assert charge.expires_at - charge.created_at == timedelta(seconds=1800)
        assert changed["expiration"] == 1800

    def test_an_empty_change_is_400(self, merchant: Merchant, txid: str) -> None:
        assert merchant.call("PATCH", f"/v1/dynamic/{txid}", {}).json()["errors"] == [
            "body: must hold at least one field"
        ]

    def test_asking_for_a_known_payer_needs_a_document_in_the_request_or_on_the_charge(
        self, merchant: Merchant, txid: str
    ) -> None:
        address = f"/v1/dynamic/{txid}"
        assert merchant.call("PATCH", address, {"validateDebtor": True}).json()["errorCode"] == 106
        assert merchant.call("PATCH", address, {"validateDebtor": True, "debtor": None}).status_code == 400
        debtor = {"legalPersonIdentification": "12.ABC.345/01DE-35"}
        assert merchant.call("PATCH", address, {"validateDebtor": True, "debtor": debtor}).status_code == 200
        assert merchant.call("PATCH", address, {"debtor": {"name": "A"}}).json()["errorCode"] == 106

    @pytest.mark.parametrize("method", ["PATCH", "DELETE"])
    def test_an_expired_charge_stays_as_it_is(self, merchant: Merchant, txid: str, method: str) -> None:
        Charge.objects.update(created_at=clock.now() - timedelta(hours=2), expires_at=clock.now())
        answer = merchant.call(method, f"/v1/dynamic/{txid}", {"amount": 1} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["errorCode"]) == (422, 103)

    def test_a_deleted_charge_is_cancelled_and_can_still_be_read(self, merchant: Merchant, txid: str) -> None:
        assert merchant.call("DELETE", f"/v1/dynamic/{txid}").json()["status"] == {
            "code": "7",
            "description": "CANCELLED",
        }
        assert merchant.get(f"/v1/dynamic/{txid}").json()["status"]["code"] == "7"
        assert merchant.call("DELETE", f"/v1/dynamic/{txid}").json()["errorCode"] == 103

    def test_a_deletion_reads_its_body_too(self, merchant: Merchant, txid: str) -> None:
        assert merchant.call("DELETE", f"/v1/dynamic/{txid}", {"why": "x"}).json()["errors"] == [
            "why: is not known here"
        ]
        assert merchant.call("DELETE", f"/v1/dynamic/{txid}", b"{").status_code == 400


def test_expiry_holds_from_its_moment_whether_or_not_a_job_ran(merchant: Merchant, txid: str) -> None:
    Charge.objects.update(created_at=clock.now() - timedelta(hours=1), expires_at=clock.now())
    assert merchant.get(f"/v1/dynamic/{txid}").json()["status"] == {"code": "4", "description": "EXPIRED"}
    assert Charge.objects.get().status == "ACTIVE"


class TestWhatThePayersBankReads:
    def address(self, merchant: Merchant) -> str:
        location = read(create(merchant, **WHOLE)["pixCopyAndPaste"]).location or ""
        return location[location.index("/") :]

    def test_a_signed_payload_that_the_published_key_verifies(self, merchant: Merchant) -> None:
        browser = Browser()
        answer = browser.get(self.address(merchant))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/jose")
        signed = JWS()
        signed.deserialize(answer.content.decode())
        keys = JWKSet.from_json(browser.get("/pix/jwks.json").content)
        signed.verify(keys.get_key(signed.jose_header["kid"]))
        claims = json.loads(signed.payload)
        assert (claims["valor"], claims["devedor"]["cpf"]) == ({"original": "1234.50"}, "12345678909")

    def test_410_once_it_cannot_be_paid_and_404_when_it_never_was(self, merchant: Merchant) -> None:
        address = self.address(merchant)
        merchant.call("DELETE", f"/v1/dynamic/{Charge.objects.get().txid}")
        gone = Browser().get(address)
        assert (gone.status_code, gone.json()["errorCode"], gone["Cache-Control"]) == (410, 107, "no-store")
        assert Browser().get("/pix/qr/v2/unknown").json()["errorCode"] == 30


class TestSandbox:
    def test_a_charge_that_is_let_expire_at_once_has_lived_for_a_second(self, merchant: Merchant) -> None:
        txid = create(merchant, **WHOLE)["txid"]
        merchant.post(f"/v1/sandbox/charges/{txid}/expire")
        assert merchant.get(f"/v1/dynamic/{txid}").json()["expiration"] == 1

    def test_a_pix_of_the_debtor_pays_it(self, merchant: Merchant, django_capture_on_commit_callbacks: Any) -> None:
        txid = create(merchant, **WHOLE)["txid"]
        with django_capture_on_commit_callbacks(execute=True):
            assert merchant.post(f"/v1/sandbox/charges/{txid}/pay").status_code == 202
        shown = merchant.get(f"/v1/dynamic/{txid}").json()
        assert shown["status"] == {"code": "3", "description": "PAID"}
        assert shown["payments"][0]["payer"] == {"documentNumber": "12345678909", "name": "Marina 🎉"}

    def test_late_and_second_payments_are_recorded_and_change_nothing(
        self, merchant: Merchant, txid: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert merchant.post(f"/v1/sandbox/charges/{txid}/expire").status_code == 202
            assert merchant.post(f"/v1/sandbox/charges/{txid}/expire").status_code == 202
            assert merchant.post(f"/v1/sandbox/charges/{txid}/pay", {"amount": 7}).status_code == 202
        shown = merchant.get(f"/v1/dynamic/{txid}").json()
        assert shown["status"]["description"] == "EXPIRED"
        assert [payment["outcome"] for payment in shown["payments"]] == ["LATE"]
        assert [refund["amount"] for refund in shown["refunds"]] == [7]

    def test_in_production_none_of_it_exists(self, merchant: Merchant, txid: str, settings: Any) -> None:
        settings.SANDBOX = False
        assert merchant.post(f"/v1/sandbox/charges/{txid}/pay").json()["errorCode"] == 30
