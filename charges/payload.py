"""What a dynamic code points to: the charge as signed claims (BCB Pix API 2.9, PayloadCob; JWS compact, ES256).

The key comes from PIX_SIGNING_KEY (PEM) or is made once below DATA_DIR. Its id is its RFC 7638 thumbprint, so every
process with the same key names it alike.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from charges import limits
from core import clock, private_files
from core.documents import DocumentType, document_type
from core.money import with_cents

KEY_FILE = "pix_signing_key.pem"
KEYS_PATH = "/pix/jwks.json"
ACTIVE = "ATIVA"


def claims_of(
    *,
    txid: str,
    amount: Decimal,
    receiver_key: str,
    created_at: datetime,
    expires_at: datetime,
    revision: int,
    status: str = ACTIVE,
    debtor_document: str = "",
    debtor_name: str = "",
    payer_request: str = "",
    additional_information: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The charge as the payer's bank reads it. `amount` in reais; `additional_information` as {name, value}.

    A debtor's name is sent only beside a document: the network knows no debtor without one.
    """
    claims: dict[str, Any] = {
        "calendario": {
            "criacao": clock.text(created_at),
            "apresentacao": clock.text(clock.now()),
            "expiracao": limits.expiration(created_at, expires_at),
        },
        "txid": txid,
        "revisao": revision,
        "status": status,
        "valor": {"original": str(with_cents(amount))},
        "chave": receiver_key,
    }
    if debtor_document:
        claims["devedor"] = _debtor(debtor_document, debtor_name)
    if payer_request:
        claims["solicitacaoPagador"] = payer_request
    if additional_information:
        claims["infoAdicionais"] = [{"nome": item["name"], "valor": item["value"]} for item in additional_information]
    return claims


def sign(claims: Mapping[str, Any]) -> str:
    """The claims as JWS in compact form, for `application/jose`."""
    key = signing_key()
    header = {
        "alg": "ES256",
        "typ": "JOSE",
        "kid": key.thumbprint(),
        "jku": f"https://{settings.PIX_LOCATION_HOST}{KEYS_PATH}",
    }
    signed = JWS(json.dumps(claims, ensure_ascii=False, separators=(",", ":")))
    signed.add_signature(key, protected=json.dumps(header, separators=(",", ":")))
    compact: str = signed.serialize(compact=True)
    return compact


def jwks() -> dict[str, list[dict[str, str]]]:
    """The public key as a JWK set, for whoever checks a signature."""
    key = signing_key()
    public: dict[str, str] = key.export_public(as_dict=True)
    return {"keys": [{**public, "kid": key.thumbprint(), "use": "sig", "alg": "ES256"}]}


def signing_key() -> JWK:
    """Raises ValueError if PIX_SIGNING_KEY is not a private key on P-256."""
    if settings.PIX_SIGNING_KEY:
        return _key_of(settings.PIX_SIGNING_KEY)
    return _kept_key(Path(settings.DATA_DIR) / KEY_FILE)


@cache
def _key_of(pem: str) -> JWK:
    """The key of a PEM; where the environment cannot hold line breaks they are written as backslash and n."""
    key = JWK.from_pem(pem.replace("\\n", "\n").encode())
    if not (key.has_private and key.get("crv") == "P-256"):
        raise ValueError("PIX_SIGNING_KEY is not a private key on P-256")
    return key


@cache
def _kept_key(place: Path) -> JWK:
    return _key_of(private_files.keep(place, _new_key))


def _new_key() -> str:
    pem: bytes = JWK.generate(kty="EC", crv="P-256").export_to_pem(private_key=True, password=None)
    return pem.decode()


def _debtor(document: str, name: str) -> dict[str, str]:
    kind = "cpf" if document_type(document) is DocumentType.CPF else "cnpj"
    return {kind: document, **({"nome": name} if name else {})}
