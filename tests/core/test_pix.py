"""Pix keys as people type them and as DICT keeps them; text as a BR Code carries it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pix import KeyRefused, KeyType, PixKey, TextRefused, brcode_text, has_form_of_key, read_key

EVP = "123e4567-e12b-12d1-a456-426655440000"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("52998224725", PixKey(KeyType.CPF, "52998224725")),
        (" 529.982.247-25 ", PixKey(KeyType.CPF, "52998224725")),
        ("11222333000181", PixKey(KeyType.CNPJ, "11222333000181")),
        ("11.222.333/0001-81", PixKey(KeyType.CNPJ, "11222333000181")),
        ("12.abc.345/01de-35", PixKey(KeyType.CNPJ, "12ABC34501DE35")),
        ("+5561912345678", PixKey(KeyType.PHONE, "+5561912345678")),
        ("+55 (61) 91234-5678", PixKey(KeyType.PHONE, "+5561912345678")),
        ("Ana.Souza@Example.COM", PixKey(KeyType.EMAIL, "ana.souza@example.com")),
        ("ana@intranet", PixKey(KeyType.EMAIL, "ana@intranet")),
        ("a" * 65 + "@example.com", PixKey(KeyType.EMAIL, "a" * 65 + "@example.com")),
        (EVP, PixKey(KeyType.EVP, EVP)),
        (EVP.upper(), PixKey(KeyType.EVP, EVP)),
    ],
)
def test_a_key_is_recognised_and_normalised(typed: str, key: PixKey) -> None:
    assert read_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "52998224726",
        "191",
        "111.111.111-11",
        "61912345678",
        "5561912345678",
        "+556132345678",
        "+551191234568",
        "+5520912345678",
        "+5510998765432",
        "+14155552671",
        "+55 61 91234-5678 ramal 3",
        "+５５61912345678",
        "11222333000180",
        "12ABC34501DE36",
        "12ÃBC34501DE35",
        "ana@",
        "@example.com",
        "ana souza@example.com",
        "ana@exam_ple.com",
        "ana%x@example.com",
        "ana@example.com\n@x",
        "joão@example.com",
        "ana@e\u212aample.com",
        "a" * 66 + "@example.com",
        EVP.replace("-", ""),
        EVP[:-1],
        EVP.replace("1", "\u0661"),
        "{" + EVP + "}",
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        read_key(typed)
    assert str(refused.value).endswith(".")


def test_a_mobile_number_without_its_country_is_told_what_it_lacks() -> None:
    with pytest.raises(KeyRefused) as refused:
        read_key("61912345678")
    assert "+55" in str(refused.value)


def test_eleven_digits_that_are_cpf_and_mobile_at_once_are_a_cpf() -> None:
    assert read_key("11912345684").type is KeyType.CPF


@given(st.text(max_size=90))
def test_reading_a_key_answers_or_refuses_and_a_key_read_again_is_the_same(text: str) -> None:
    try:
        key = read_key(text)
    except KeyRefused:
        return
    assert read_key(key.value) == key
    assert has_form_of_key(key.value)


def test_a_reader_only_looks_at_the_form_of_a_key() -> None:
    assert has_form_of_key("11111111111")
    assert has_form_of_key("+5510998765432")
    assert not has_form_of_key("43214833")
    assert not has_form_of_key("ANA@EXAMPLE.COM")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("São Paulo", "Sao Paulo"),
        ("  Açaí & Cia.  ", "Acai & Cia."),
        ("Conceição do Mato Dentro"[:15], "Conceicao do Ma"),
        ("e\u0301" * 15, "e" * 15),
    ],
)
def test_text_of_a_code_loses_its_accents_and_nothing_else(text: str, plain: str) -> None:
    assert brcode_text(text, 15) == plain


@pytest.mark.parametrize(
    "text", ["", "  ", "\u0301", "a" * 16, "Loja 👀", "Straße", "a\nb", "a\x00", "a\u200bb", "a–b"]
)
def test_text_that_would_have_to_be_cut_or_guessed_is_refused(text: str) -> None:
    with pytest.raises(TextRefused):
        brcode_text(text, 15)


@given(st.text(max_size=40))
def test_what_passes_is_printable_ascii_and_passes_again_unchanged(text: str) -> None:
    try:
        plain = brcode_text(text, 25)
    except TextRefused:
        return
    assert 1 <= len(plain) <= 25
    assert plain.isascii()
    assert plain.isprintable()
    assert brcode_text(plain, 25) == plain
