"""What a payer's bank reads: signed claims that anyone can check with the published key."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jws import JWS, InvalidJWSSignature

from charges import payload

CREATED_AT = datetime(2026, 11, 20, 17, 32, 50, 123000, tzinfo=UTC)
PLAIN: dict[str, Any] = {
    "txid": "astra202611abcdefghijklmnopqrst",
    "amount": Decimal("100"),
    "receiver_key": "123e4567-e12b-12d1-a456-426655440000",
    "created_at": CREATED_AT,
    "expires_at": CREATED_AT + timedelta(hours=1),
    "revision": 2,
}


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("django.conf.settings.DATA_DIR", tmp_path / "data", raising=False)
    monkeypatch.setattr("django.conf.settings.PIX_SIGNING_KEY", None, raising=False)
    monkeypatch.setattr("django.conf.settings.PIX_LOCATION_HOST", "api.example.com.br", raising=False)
    yield tmp_path / "data"
    payload._kept_key.cache_clear()


def checked(compact: str) -> JWS:
    """The JWS after its signature was checked as a bank does: by the key of the published set that the header names."""
    token = JWS()
    token.deserialize(compact)
    published = JWKSet.from_json(json.dumps(payload.jwks()))
    token.verify(published.get_key(token.jose_header["kid"]))
    return token


def test_the_claims_are_those_of_the_central_banks_payload() -> None:
    claims = payload.claims_of(
        **PLAIN,
        debtor_document="39053344705",
        debtor_name="João",
        payer_request="Pedido 1",
        additional_information=[{"name": "Pedido", "value": "1"}],
    )
    presented_at = claims["calendario"].pop("apresentacao")
    assert datetime.fromisoformat(presented_at).utcoffset() == timedelta(0)
    assert claims == {
        "calendario": {"criacao": "2026-11-20T17:32:50.123Z", "expiracao": 3600},
        "devedor": {"cpf": "39053344705", "nome": "João"},
        "valor": {"original": "100.00"},
        "chave": "123e4567-e12b-12d1-a456-426655440000",
        "txid": "astra202611abcdefghijklmnopqrst",
        "revisao": 2,
        "status": "ATIVA",
        "solicitacaoPagador": "Pedido 1",
        "infoAdicionais": [{"nome": "Pedido", "valor": "1"}],
    }


def test_a_company_is_a_debtor_by_its_cnpj() -> None:
    claims = payload.claims_of(**PLAIN, debtor_document="12ABC34501DE35")
    assert claims["devedor"] == {"cnpj": "12ABC34501DE35"}


def test_a_name_without_a_document_and_empty_texts_are_not_sent() -> None:
    claims = payload.claims_of(**PLAIN, debtor_name="Ana")
    assert {"devedor", "solicitacaoPagador", "infoAdicionais"}.isdisjoint(claims)


def test_a_bank_can_check_the_signature_with_the_published_key() -> None:
    claims = payload.claims_of(**PLAIN, payer_request="São João")
    token = checked(payload.sign(claims))
    assert json.loads(token.payload) == claims
    assert token.jose_header == {
        "alg": "ES256",
        "typ": "JOSE",
        "kid": payload.signing_key().thumbprint(),
        "jku": "https://api.example.com.br/pix/jwks.json",
    }


def test_a_changed_claim_breaks_the_signature() -> None:
    header, _, signature = payload.sign(payload.claims_of(**PLAIN)).split(".")
    forged = payload.sign(payload.claims_of(**{**PLAIN, "amount": Decimal("1")})).split(".")[1]
    with pytest.raises(InvalidJWSSignature):
        checked(f"{header}.{forged}.{signature}")


def test_the_published_set_holds_no_private_part() -> None:
    (key,) = payload.jwks()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert key["kid"] == JWK(kty="EC", crv="P-256", x=key["x"], y=key["y"]).thumbprint()


def test_a_key_of_the_environment_is_used_even_with_its_line_breaks_escaped(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = JWK.generate(kty="EC", crv="P-256")
    pem = given.export_to_pem(private_key=True, password=None).decode()
    monkeypatch.setattr("django.conf.settings.PIX_SIGNING_KEY", pem.replace("\n", "\\n"))
    assert payload.signing_key().thumbprint() == given.thumbprint()
    assert not data_dir.exists()


def test_a_public_key_or_another_curve_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other_curve = JWK.generate(kty="EC", crv="P-384").export_to_pem(private_key=True, password=None)
    public = JWK.generate(kty="EC", crv="P-256").export_to_pem()
    for pem in (other_curve, public):
        monkeypatch.setattr("django.conf.settings.PIX_SIGNING_KEY", pem.decode())
        with pytest.raises(ValueError, match="P-256"):
            payload.signing_key()


def test_the_key_is_made_once_and_only_its_owner_may_read_it(data_dir: Path) -> None:
    first = payload.signing_key().thumbprint()
    payload._kept_key.cache_clear()
    assert payload.signing_key().thumbprint() == first
    kept = list(data_dir.iterdir())
    assert [place.name for place in kept] == [payload.KEY_FILE]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600


START = """
import sys, time
from pathlib import Path
from charges import payload
while time.time() < float(sys.argv[2]):
    pass
print(payload._kept_key(Path(sys.argv[1])).thumbprint())
"""


def test_processes_that_start_at_once_end_with_the_same_key(data_dir: Path) -> None:
    at = str(datetime.now(UTC).timestamp() + 1.5)
    started = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", START, str(data_dir / payload.KEY_FILE), at],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]
    thumbprints = {process.communicate(timeout=60)[0].strip() for process in started}
    assert len(thumbprints) == 1
    assert thumbprints != {""}
    assert [place.name for place in data_dir.iterdir()] == [payload.KEY_FILE]
