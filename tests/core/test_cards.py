"""What a card's number alone tells, and that a card stays in its request."""

import pickle
from datetime import date

import pytest

from core import cards
from core.cards import Brand, Card

PUBLISHED = {
    Brand.VISA: "4111111111110071 4111111111110022 4111111111110063 4111111111110006 4111111111110089",
    Brand.MASTERCARD: "5555555555550061 5555555555550012 5555555555550053 5555555555550046 5555555555550079",
    Brand.AMEX: "378282246310021 378282246310062 378282246310013 378282246310096 378282246310039",
    Brand.ELO: "5066991111110011 5066991111110052 5066991111110003 5066991111110086 5066991111110029",
    Brand.HIPERCARD: "6062820524840041 6062820524840082 6062820524840033 6062820524840066 6062820524840009",
}


@pytest.mark.parametrize(("brand", "numbers"), PUBLISHED.items())
def test_the_published_numbers_are_right_and_of_their_brand(brand: Brand, numbers: str) -> None:
    for number in numbers.split():
        assert (cards.is_right(number), cards.brand_of(number)) == (True, brand)


@pytest.mark.parametrize("number", ["4111111111110072", "5555555555550016", "378282246310012"])
def test_one_wrong_digit_is_noticed(number: str) -> None:
    assert not cards.is_right(number)


@pytest.mark.parametrize("number", ["411111111111007", "37828224631002", "9111111111110071", "", "506699111111001"])
def test_a_number_of_no_brand_or_of_a_wrong_length_has_none(number: str) -> None:
    assert cards.brand_of(number) is None


def test_a_card_is_good_until_the_end_of_its_month() -> None:
    assert not cards.has_expired("2026-11", date(2026, 11, 30))
    assert cards.has_expired("2026-11", date(2026, 12, 1))


def test_a_card_shows_neither_its_number_nor_its_code_and_cannot_be_sent_away() -> None:
    card = Card(holder_name="ANA EXEMPLO", expires="2030-12", number="4111111111110071", cvv="123")
    assert "4111" not in repr(card)
    assert "123" not in f"{card} {card!r}"
    with pytest.raises(TypeError):
        pickle.dumps(card)
