"""Ids that leave the house: random, not guessable, never a row's number."""

import secrets
import string

LETTERS_AND_DIGITS = string.ascii_lowercase + string.digits


def random_id(prefix: str, length: int) -> str:
    """`prefix` filled up with random lower-case letters and digits to `length` characters in all."""
    missing = length - len(prefix)
    number = secrets.randbelow(len(LETTERS_AND_DIGITS) ** missing)  # drawn at once: each draw is a call of the system
    drawn = []
    for _ in range(missing):
        number, digit = divmod(number, len(LETTERS_AND_DIGITS))
        drawn.append(LETTERS_AND_DIGITS[digit])
    return prefix + "".join(drawn)
