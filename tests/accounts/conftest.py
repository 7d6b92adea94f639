"""A browser that signs in as a person would."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import User
from tests.factories import PASSWORD

SignIn = Callable[[User], Browser]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    def signed_in(user: User) -> Browser:
        browser = Browser()
        answer = browser.post("/login", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302
        return browser

    return signed_in
