"""People, clients, memberships and credentials for tests, as the product itself would leave them."""

# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator"
# factory-boy carries half of its types.

from typing import Any

import factory
from allauth.account.models import EmailAddress

from accounts.models import Application, Client, Membership, Role, User
from accounts.permissions import SCOPES, Module

PASSWORD = "Right-Password-1!"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """Signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.com")
    first_name = "Marina"
    last_name = "Exemplo"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        user = User.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    class Meta:
        model = Client

    public_id = factory.Sequence(lambda number: f"cli_{number:016}")
    trade_name = factory.Sequence(lambda number: f"Loja {number}")
    legal_name = factory.LazyAttribute(lambda client: f"{client.trade_name} Ltda.")
    document = factory.Sequence(lambda number: f"{number:014}")
    brcode_name = "LOJA"
    brcode_city = "SAO PAULO"


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """`modules` become roles with every fine permission."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    client = factory.SubFactory(ClientFactory)

    @factory.post_generation
    def modules(self, create: bool, extracted: tuple[Module, ...] | None, **kwargs: Any) -> None:
        for module in extracted or ():
            RoleFactory.create(membership=self, module=module)


class RoleFactory(factory.django.DjangoModelFactory[Role]):
    class Meta:
        model = Role

    membership = factory.SubFactory(MembershipFactory)
    module = Module.CHARGES


class ApplicationFactory(factory.django.DjangoModelFactory[Application]):
    class Meta:
        model = Application

    tenant = factory.SubFactory(ClientFactory)
    name = "erp"
    client_type = Application.CLIENT_CONFIDENTIAL
    authorization_grant_type = Application.GRANT_CLIENT_CREDENTIALS
    client_secret = "secret-of-the-test"
    scopes = factory.LazyFunction(lambda: list(SCOPES))
