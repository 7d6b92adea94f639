"""Ids that leave the house: random, not guessable, never a row's number."""

import secrets
import string

LETTERS_AND_DIGITS = string.ascii_lowercase + string.digits


def random_id(prefix: str, length: int) -> str:
    """`prefix` filled up with random lower-case letters and digits to `length` characters in all."""
    return prefix + "".join(secrets.choice(LETTERS_AND_DIGITS) for _ in range(length - len(prefix)))
