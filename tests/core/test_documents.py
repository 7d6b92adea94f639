"""CPF and CNPJ against the published vectors (Receita Federal, SERPRO and others)."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.documents import bare, document_type, formatted, is_cnpj, is_cpf, masked

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent.parent / "vectors" / "docbr.json").read_text())
TESTED_BY = {"cpf": is_cpf, "cnpj_num": is_cnpj, "cnpj_alnum": is_cnpj}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['type']}-{vector['input']}")
def test_a_document_is_accepted_exactly_when_its_source_says_so(vector: dict[str, Any]) -> None:
    assert TESTED_BY[vector["type"]](vector["input"]) is vector["expected"]


@pytest.mark.parametrize("text", ["٥٢٩٩٨٢٢٤٧٢٥", "52998224725\n1", "529.98224725", "052998224725", "+52998224725"])
def test_a_cpf_is_eleven_ascii_digits_or_its_usual_mask(text: str) -> None:
    assert not is_cpf(text)


def test_a_document_is_kept_bare_and_upper_case() -> None:
    assert bare(" 12.abc.345/01de-35 ") == "12ABC34501DE35"


@pytest.mark.parametrize(
    ("document", "type_", "shown", "shown_to_others"),
    [
        ("39053344705", "CPF", "390.533.447-05", "***.533.447-**"),
        ("12ABC34501DE35", "CNPJ", "12.ABC.345/01DE-35", "12.ABC.345/01DE-35"),
    ],
)
def test_a_person_is_masked_for_others_and_a_company_is_not(
    document: str, type_: str, shown: str, shown_to_others: str
) -> None:
    assert document_type(document) == type_
    assert formatted(document) == shown
    assert masked(document) == shown_to_others
