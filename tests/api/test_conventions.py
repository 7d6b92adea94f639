"""What every call keeps: the order of checks, headers, the one error body (API.md 1 and 3)."""

import gzip
import uuid
from datetime import timedelta

import pytest
import redis
from django.test import Client as Browser
from oauth2_provider.models import AccessToken

from accounts.models import Application, Client
from core import clock, valkey
from core.errors import REGISTRY
from tests.charges.factories import person_of
from tests.conftest import Merchant

pytestmark = pytest.mark.django_db
ERROR_FIELDS = {"errorCode", "message", "timestamp", "xTransactionId", "errors"}


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/dynamic/", "/charge/v1/nothing", "/pix/nothing"])
def test_an_unknown_route_is_404_in_the_one_error_body_without_asking_who_calls(path: str) -> None:
    answer = Browser().get(path)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        404,
        "application/json",
        "no-store",
    )
    assert set(answer.json()) == ERROR_FIELDS
    assert answer.json()["errorCode"] == 30


def test_a_call_has_nothing_of_a_page_even_from_a_browser_that_is_signed_in(merchant: Merchant, shop: Client) -> None:
    merchant.browser.force_login(person_of(shop))
    answer = merchant.post("/v1/dynamic", {"amount": 1})
    assert (answer.status_code, answer["X-Content-Type-Options"], answer["Content-Language"]) == (201, "nosniff", "en")
    assert answer["Content-Length"] == str(len(answer.content))
    assert not answer.cookies
    assert not answer.has_header("Vary")


def test_each_call_hears_of_its_violations_in_its_own_language(merchant: Merchant) -> None:
    said = [
        merchant.post("/v1/dynamic", {"amount": "1"}, **{"Accept-Language": language}).json()["errors"]
        for language in ("en", "pt-BR", "en")
    ]
    assert said[0] == said[2] == ["amount: must be a JSON number with at most two decimals, such as 10.50"]
    assert said[1] != said[0]


@pytest.mark.parametrize("path", ["/v1/dynamic/%00", "/v1/dynamic/%ff", "/v1/refunds/a%0Ab", "/pix/qr/v2/%00"])
def test_an_id_that_cannot_be_one_is_404(merchant: Merchant, path: str) -> None:
    assert merchant.get(path).json()["errorCode"] == 30


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "CONNECT", "PURGE"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/dynamic", "GET, POST"),
        ("/v1/dynamic/abc", "GET, PATCH, DELETE"),
        ("/v1/me", "GET"),
        ("/v1/cob-static/encode", "POST"),
        ("/v1/token", "POST"),
        ("/pix/qr/v2/abc", "GET"),
        ("/pix/jwks.json", "GET"),
    ],
)
def test_other_methods_are_405_and_name_the_allowed_ones_before_anyone_signs_in(
    method: str, path: str, allowed: str
) -> None:
    answer = Browser(enforce_csrf_checks=True).generic(method, path)
    assert (answer.status_code, answer["Allow"], answer["Cache-Control"]) == (405, allowed, "no-store")


class TestOrderOfChecks:
    """Each request breaks the named rule and all later ones; the earliest decides."""

    def test_the_media_type_comes_before_the_token(self) -> None:
        answer = Browser().post("/v1/dynamic", b"{", content_type="text/plain")
        assert answer.json()["errorCode"] == 33

    @pytest.mark.parametrize("media", ["application/json; charset=utf-16", 'application/json; charset="latin1"'])
    def test_the_charset_comes_before_the_token_and_is_named(self, media: str) -> None:
        answer = Browser().post("/v1/dynamic", b'{"amount":1}', content_type=media, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["errorCode"]) == (415, 33)
        assert answer.json()["errors"] == ["Content-Type: must name no charset other than utf-8"]

    @pytest.mark.parametrize("body", [b'{"amount":1}', gzip.compress(b'{"amount":1}')], ids=["plain", "gzip"])
    def test_the_encoding_comes_before_the_token_and_is_named(self, body: bytes) -> None:
        headers = {"Content-Encoding": "gzip", "Accept-Language": "en"}
        answer = Browser().post("/v1/dynamic", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["errorCode"]) == (415, 33)
        assert answer.json()["errors"] == ["Content-Encoding: must be absent or identity"]

    def test_the_size_comes_before_the_token(self) -> None:
        answer = Browser().post("/v1/dynamic", b"x" * (1024 * 1024 + 1), content_type="application/json")
        assert answer.json()["errorCode"] == 32

    def test_the_token_comes_before_the_transaction_id(self) -> None:
        answer = Browser().post("/v1/dynamic", b"{", content_type="application/json")
        assert (answer.status_code, answer.json()["errorCode"]) == (401, 20)
        assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    def test_the_rate_limit_comes_before_the_transaction_id(self, merchant: Merchant, settings: object) -> None:
        settings.API_REQUESTS_PER_MINUTE = 1  # type: ignore[attr-defined]
        merchant.get("/v1/me")
        answer = merchant.post("/v1/dynamic", b"{", **{"x-transaction-id": "no"})
        assert (answer.status_code, answer.json()["errorCode"]) == (429, 34)
        assert int(answer["Retry-After"]) >= 1

    def test_the_transaction_id_comes_before_the_scope(self, reader: Merchant) -> None:
        assert reader.post("/v1/dynamic", b"{", **{"x-transaction-id": "no"}).json()["errorCode"] == 11

    def test_the_scope_comes_before_the_body(self, reader: Merchant) -> None:
        answer = reader.post("/v1/dynamic", b"{")
        assert (answer.status_code, answer.json()["errorCode"]) == (403, 21)
        assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="charges.write"'

    def test_the_body_comes_before_the_object(self, merchant: Merchant) -> None:
        assert merchant.call("PATCH", "/v1/dynamic/unknown", {"amount": 0}).status_code == 400
        assert merchant.call("PATCH", "/v1/dynamic/unknown", {"amount": 1}).status_code == 404

    def test_the_object_comes_before_another_body_under_the_same_key(self, merchant: Merchant, txid: str) -> None:
        key = str(uuid.uuid4())
        merchant.call("PATCH", f"/v1/dynamic/{txid}", {"amount": 5}, key=key)
        assert merchant.call("PATCH", "/v1/dynamic/unknown", {"amount": 6}, key=key).status_code == 404
        assert merchant.call("PATCH", f"/v1/dynamic/{txid}", {"amount": 6}, key=key).json()["errorCode"] == 12


class TestTransactionId:
    @pytest.mark.parametrize("form", ["{%s}", "urn:uuid:%s", " %s x", "%s,%s"])
    def test_other_forms_than_8_4_4_4_12_are_refused_and_not_echoed(self, merchant: Merchant, form: str) -> None:
        answer = merchant.get("/v1/me", **{"x-transaction-id": form.replace("%s", str(uuid.uuid4()))})
        assert (answer.status_code, answer.json()["errorCode"]) == (400, 11)
        assert answer.json()["xTransactionId"] is None
        assert not answer.has_header("x-transaction-id")

    def test_thirty_two_digits_are_refused(self, merchant: Merchant) -> None:
        assert merchant.get("/v1/me", **{"x-transaction-id": uuid.uuid4().hex}).json()["errorCode"] == 11

    def test_a_missing_one_is_named_as_missing(self, merchant: Merchant) -> None:
        answer = merchant.browser.get("/v1/me", headers={"Authorization": f"Bearer {merchant.token}"})
        assert (answer.status_code, answer.json()["errorCode"], answer.json()["xTransactionId"]) == (400, 10, None)
        assert not answer.has_header("x-transaction-id")

    @pytest.mark.parametrize(
        "said",
        [
            "0bb1a9ae-e591-11f1-9148-02fc00000001",
            "3557C0CA-A45A-437F-9857-45CCEA5423F4",
            "00000000-0000-0000-0000-000000000000",
        ],
    )
    def test_any_version_and_case_is_echoed_as_sent_in_header_and_error(self, merchant: Merchant, said: str) -> None:
        assert merchant.get("/v1/me", **{"x-transaction-id": said})["x-transaction-id"] == said
        refused = merchant.get("/v1/refunds/unknown", **{"x-transaction-id": said})
        assert (refused["x-transaction-id"], refused.json()["xTransactionId"]) == (said, said)


@pytest.mark.parametrize("path", ["/v1/me", "/v1/refunds/unknown", "/v1/dynamic", "/v1/dynamic?page=x"])
def test_every_answer_to_a_known_credential_says_its_rate_limit_and_is_not_stored(
    merchant: Merchant, path: str
) -> None:
    answer = merchant.get(path)
    assert (answer["RateLimit-Limit"], answer["Cache-Control"]) == ("600", "no-store")
    assert 0 <= int(answer["RateLimit-Remaining"]) < 600
    assert int(answer["RateLimit-Reset"]) >= 0


def test_with_valkey_down_the_request_passes_without_rate_limit_headers(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "client", lambda: redis.Redis(port=1, socket_connect_timeout=0.1))
    answer = merchant.get("/v1/me")
    assert answer.status_code == 200
    assert not answer.has_header("RateLimit-Limit")


@pytest.mark.parametrize(
    ("language", "chosen", "word"),
    [
        ("en", "en", "There is nothing here"),
        ("en-US,en;q=0.9", "en", "There is nothing here"),
        ("pt-BR", "pt-br", "Não há nada aqui"),
        ("fr", "pt-br", "Não há nada aqui"),
    ],
)
def test_the_caller_chooses_the_language_of_messages(merchant: Merchant, language: str, chosen: str, word: str) -> None:
    answer = merchant.get("/v1/refunds/unknown", **{"Accept-Language": language})
    assert answer.json()["message"].startswith(word)
    assert (answer["Content-Language"], answer.json()["errorCode"]) == (chosen, 30)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/me?colour=1"),
        ("GET", "/v1/dynamic/abc?colour=1"),
        ("GET", "/v1/dynamic?txid=a&colour=1"),
        ("POST", "/v1/dynamic?colour=1"),
        ("DELETE", "/v1/dynamic/abc?colour=1"),
        ("POST", "/v1/cob-static/decode?colour=1"),
        ("POST", "/v1/sandbox/charges/abc/expire?colour=1"),
    ],
)
def test_an_unknown_query_parameter_is_named(merchant: Merchant, method: str, path: str) -> None:
    answer = merchant.call(method, path, {"amount": 1} if path.startswith("/v1/dynamic?colour") else None)
    assert answer.status_code == 400
    assert answer.json()["errors"] == ["colour: is not known here"]


UNUSABLE = "is empty or too long, or holds control characters or half characters"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"amount":1.10,".amount":1}', ".amount: is not known here"),
        (b'{"amount":1,"debtor":{".name":1}}', "debtor..name: is not known here"),
        (b'{"":1}', f'body: the name "" {UNUSABLE}'),
        (b'{"a\\u0000":1}', f'body: the name "a\\u0000" {UNUSABLE}'),
        (b'{"a\\ud800":1}', f'body: the name "a\\ud800" {UNUSABLE}'),
        (b'{"amount":1,"amount":2}', 'body: the field "amount" is given twice'),
        (b'{"4111111111111111":1,"4111111111111111":2}', 'body: the field "[CARD]" is given twice'),
    ],
)
def test_a_name_that_is_not_known_here_is_said_as_it_was_sent(merchant: Merchant, body: bytes, sentence: str) -> None:
    assert merchant.post("/v1/dynamic", body).json()["errors"] == [sentence]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("=1", f'query: the name "" {UNUSABLE}'),
        ("%00=1", f'query: the name "\\u0000" {UNUSABLE}'),
        (f"{'a' * 200}=1", f'query: the name "{"a" * 60}…" {UNUSABLE}'),
        (".a=1", ".a: is not known here"),
    ],
)
def test_a_parameter_without_a_usable_name_is_said_to_be_of_the_query(
    merchant: Merchant, query: str, sentence: str
) -> None:
    assert merchant.get(f"/v1/me?{query}").json()["errors"] == [sentence]


@pytest.mark.parametrize("query", ["txid=%ff", "txid=%ED%A0%80", "txid=%00", "txid=a&txid=b"])
def test_a_query_that_is_no_text_is_400(merchant: Merchant, query: str) -> None:
    answer = merchant.get(f"/v1/dynamic?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b"{",
        b"{}garbage",
        b'\xef\xbb\xbf{"amount":1}',
        b'{"amount":1,"amount":2}',
        b'{"amount":NaN}',
        b'{"amount":Infinity}',
        b'{"amount":1e999999999999999999999}',
        b'{"description":"\xe3"}',
        b'{"a\\ud800":1}',
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b"[" * 100_000,
        b'{"' + b"a" * 500 + b'":1}',
    ],
)
def test_a_body_that_is_not_one_strict_json_object_is_400(merchant: Merchant, body: bytes) -> None:
    answer = merchant.post("/v1/dynamic", body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, 36)
    assert answer.json()["errors"][0].startswith("body: ")


def test_sixteen_levels_are_read_and_naming_utf_8_and_no_encoding_does_not_matter(merchant: Merchant) -> None:
    deep = merchant.post("/v1/dynamic", b'{"a":' * 16 + b"1" + b"}" * 16)
    assert deep.json()["errors"][0] == "a: is not known here"
    named = merchant.browser.post(
        "/v1/dynamic",
        b'{"amount":1}',
        content_type="application/json; charset=utf-8",
        headers={
            "Authorization": f"Bearer {merchant.token}",
            "x-transaction-id": str(uuid.uuid4()),
            "Content-Encoding": "identity",
        },
    )
    assert named.status_code == 201


def test_no_body_is_an_empty_object(merchant: Merchant, txid: str) -> None:
    assert merchant.call("DELETE", f"/v1/dynamic/{txid}").status_code == 200
    assert merchant.post("/v1/dynamic").json()["errors"] == ["amount: is required"]


def test_at_most_a_hundred_violations_are_listed_then_how_many_more(merchant: Merchant) -> None:
    answer = merchant.post("/v1/dynamic", {"amount": 1, **{f"field{number}": 1 for number in range(130)}})
    assert len(answer.json()["errors"]) == 101
    assert answer.json()["errors"][-1] == "… and 30 more"


class TestToken:
    """A token that no longer holds is 401 at once; one that may not is 403."""

    def test_unknown_or_malformed(self, merchant: Merchant) -> None:
        for text in ("Bearer x", "Basic x", "Bearer", "x", f"Bearer {'a' * 256}", f"Bearer {merchant.token}é"):
            assert merchant.get("/v1/me", Authorization=text).json()["errorCode"] == 20

    def test_the_scheme_may_be_written_in_any_case(self, merchant: Merchant) -> None:
        assert merchant.get("/v1/me", Authorization=f"bEaReR {merchant.token}").status_code == 200

    def test_expired(self, merchant: Merchant) -> None:
        AccessToken.objects.update(expires=clock.now() - timedelta(milliseconds=1))
        assert merchant.get("/v1/me").status_code == 401

    def test_of_a_revoked_credential(self, merchant: Merchant) -> None:
        Application.objects.update(revoked_at=clock.now())
        assert merchant.get("/v1/me").status_code == 401

    def test_of_a_deactivated_client(self, merchant: Merchant, shop: Client) -> None:
        Client.objects.filter(pk=shop.pk).update(is_active=False)
        assert merchant.get("/v1/me").status_code == 401

    @pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 200), ("127.0.0.1", 200), ("203.0.113.0/24", 403)])
    def test_from_an_address_that_the_credential_names(self, merchant: Merchant, network: str, status: int) -> None:
        Application.objects.update(allowed_addresses=[network])
        answer = merchant.get("/v1/me")
        assert answer.status_code == status
        assert answer["RateLimit-Limit"] == "600"

    def test_from_an_address_when_an_entry_of_the_credential_is_unreadable(self, merchant: Merchant) -> None:
        Application.objects.update(allowed_addresses=["loja"])
        assert merchant.get("/v1/me").status_code == 403
        Application.objects.update(allowed_addresses=["loja", "127.0.0.1"])
        assert merchant.get("/v1/me").status_code == 200

    def test_behind_a_trusted_proxy_the_callers_own_word_does_not_count(
        self, merchant: Merchant, settings: object
    ) -> None:
        settings.TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
        Application.objects.update(allowed_addresses=["203.0.113.7"])
        assert merchant.get("/v1/me", **{"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}).status_code == 200
        assert merchant.get("/v1/me", **{"X-Forwarded-For": "203.0.113.7, 198.51.100.1"}).status_code == 403

    def test_write_includes_read(self, shop: Client, txid: str) -> None:
        writer = Merchant(shop, scopes=("charges.write",))
        assert writer.get(f"/v1/dynamic/{txid}").status_code == 200


def test_a_crash_is_500_in_the_one_error_body_and_says_nothing_of_the_inside(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charges.queries.charge_of", lambda *_args: 1 / 0)
    answer = merchant.get("/v1/dynamic/abc")
    assert (answer.status_code, answer.json()["errorCode"]) == (500, 1)
    assert b"Zero" not in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("host", ["a b", "", "x/y"])
def test_a_host_that_is_none_is_400_in_the_one_error_body_and_is_named(host: str) -> None:
    answer = Browser().get("/v1/me", headers={"Host": host, "Accept-Language": "en"})
    assert (answer.status_code, set(answer.json())) == (400, ERROR_FIELDS)
    assert answer.json()["errors"] == ["Host: is not the address of this API"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "query: has more than 1000 parameters"), ("pt-BR", "query: tem mais de 1000 parâmetros")],
)
def test_a_query_of_too_many_parameters_is_400_and_is_named(merchant: Merchant, language: str, sentence: str) -> None:
    answer = merchant.get(f"/v1/dynamic?{'a=1&' * 1001}", **{"Accept-Language": language})
    assert (answer.status_code, answer.json()["errors"]) == (400, [sentence])


@pytest.mark.parametrize(
    "path", ["/charge/v1/dynamic", "/charge/v1/charges/instant", "/v1/charges/instant", "/v1/dynamic"]
)
def test_documented_base_paths_reach_the_same_views(merchant: Merchant, txid: str, path: str) -> None:
    assert merchant.get(f"{path}?txid={txid}").json()["content"][0]["txid"] == txid


def test_me_says_who_the_token_is(reader: Merchant) -> None:
    said = reader.get("/v1/me").json()
    assert (said["client"]["document"], said["scopes"], said["environment"]) == (
        "11222333000181",
        ["charges.read"],
        "sandbox",
    )


def test_every_code_has_one_message_and_a_status_of_refusal() -> None:
    assert all(400 <= error.status < 600 and str(error.message) for error in REGISTRY.values())
    assert {code for code in REGISTRY if 10 <= code <= 13} == {10, 11, 12, 13}
    assert (REGISTRY[1].status, REGISTRY[36].status, REGISTRY[13].status, REGISTRY[12].status) == (500, 400, 409, 422)
