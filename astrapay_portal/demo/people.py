"""Three clients, people with every kind of role, and a credential for each client."""

import hashlib
import hmac
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.actions.clients import LONGEST_BRCODE_NAME
from accounts.models import Application, Client, Membership, Role, User
from accounts.permissions import FINE_PERMISSIONS, SCOPES, Module
from core.pix import brcode_text

PASSWORD = "Astra-Demo-2026!"  # noqa: S105 - printed at start, and demo data is refused in production
STAFF = "equipe@astrapay.example"
EVERYTHING = tuple(Module)


@dataclass(frozen=True, slots=True)
class DemoClient:
    public_id: str
    document: str
    legal_name: str
    trade_name: str
    pix_key: str
    city: str
    time_zone: str = "America/Sao_Paulo"


CLIENTS = (
    DemoClient(
        "cli_lojamodelo",
        "11222333000181",
        "Loja Modelo Comércio Eletrônico Ltda.",
        "Loja Modelo",
        "pix@lojamodelo.example",
        "Sao Paulo",
    ),
    DemoClient(
        "cli_clinicaipe",
        "12ABC34501DE35",
        "Clínica Ipê Amarelo S.A.",
        "Clínica Ipê",
        "f4c6089a-bfde-4c00-a2d9-9eaa584b0219",
        "Campo Grande",
        "America/Campo_Grande",
    ),
    DemoClient(
        "cli_livrariaigarape",
        "45723174000110",
        "Livraria Igarapé ME",
        "Livraria Igarapé",
        "+5592981234567",
        "Manaus",
        "America/Manaus",
    ),
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`roles` are module names; `CHARGES:read` is a reader, who holds none of the fine permissions."""

    email: str
    first_name: str
    last_name: str
    document: str
    roles: dict[str, tuple[str, ...]]
    language: str = ""


PEOPLE = (
    DemoPerson("marina@astrapay.example", "Marina", "Exemplo", "39053344705", {"cli_lojamodelo": EVERYTHING}),
    DemoPerson(
        "rafael@astrapay.example",
        "Rafael",
        "Amostra",
        "12345678909",
        {"cli_lojamodelo": EVERYTHING, "cli_clinicaipe": EVERYTHING},
    ),
    DemoPerson("beatriz@astrapay.example", "Beatriz", "Leitora", "52998224725", {"cli_lojamodelo": ("CHARGES:read",)}),
    DemoPerson(
        "caio@astrapay.example",
        "Caio",
        "Financeiro",
        "11144477735",
        {"cli_lojamodelo": ("CHARGES", "STATEMENT", "PIX_CHECKOUT")},
    ),
    DemoPerson("diana@astrapay.example", "Diana", "Integradora", "15350946056", {"cli_lojamodelo": ("WEBHOOK",)}, "en"),
    DemoPerson("helena@astrapay.example", "Helena", "Clínica", "16899535009", {"cli_clinicaipe": EVERYTHING}),
    DemoPerson("igor@astrapay.example", "Igor", "Livreiro", "86288366757", {"cli_livrariaigarape": EVERYTHING}),
)


def operator_of(client: Client) -> str:
    """Who is said to have refunded what was refunded."""
    member = Membership.objects.filter(client=client).select_related("user").order_by("pk").first()
    return member.user.get_full_name() if member else "demo"


def make_clients() -> dict[str, Client]:
    made = {}
    for each in CLIENTS:
        made[each.public_id], _new = Client.objects.get_or_create(
            public_id=each.public_id,
            defaults={
                "document": each.document,
                "legal_name": each.legal_name,
                "trade_name": each.trade_name,
                "pix_key": each.pix_key,
                "brcode_name": brcode_text(each.trade_name, LONGEST_BRCODE_NAME),
                "brcode_city": each.city,
                "time_zone": each.time_zone,
                "merchant_category": "5999",
            },
        )
    return made


def make_people(clients: dict[str, Client]) -> None:
    for each in PEOPLE:
        user = make_user(each.email, each.first_name, each.last_name, document=each.document, language=each.language)
        for public_id, roles in each.roles.items():
            held = Membership.objects.filter(user=user, client=clients[public_id])
            membership = held.last() or Membership.objects.create(user=user, client=clients[public_id])
            for role in roles:
                give(membership, role)
    make_user(STAFF, "Equipe", "AstraPay", is_staff=True, is_superuser=True)


def make_user(email: str, first_name: str, last_name: str, **fields: object) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        names = {"first_name": first_name, "last_name": last_name}
        user = User.objects.create_user(email=email, password=PASSWORD, **names, **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def give(membership: Membership, role: str) -> None:
    module, _colon, only_reads = role.partition(":")
    withheld = [fine.value for fine in FINE_PERMISSIONS[Module(module)]] if only_reads else []
    Role.objects.get_or_create(membership=membership, module=module, defaults={"withheld": withheld})


def secret_of(client: Client) -> str:
    """The same for this installation, and for no other."""
    return hmac.new(settings.CREDENTIAL_KEY.encode(), client.public_id.encode(), hashlib.sha256).hexdigest()


def make_credentials(clients: dict[str, Client]) -> None:
    for client in clients.values():
        Application.objects.get_or_create(
            client_id=f"demo-{client.public_id.removeprefix('cli_')}",
            defaults={
                "tenant": client,
                "name": "demo",
                "client_type": Application.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
                "client_secret": secret_of(client),
                "scopes": list(SCOPES),
            },
        )


def sign_ins(url: str, clients: dict[str, Client]) -> dict[str, object]:
    """What `.data/demo.json` holds."""
    return {
        "url": url,
        "staff": {"email": STAFF, "password": PASSWORD},
        "clients": [
            {
                "name": client.trade_name,
                "document": client.document,
                "users": [
                    {"email": each.email, "password": PASSWORD, "roles": [str(role) for role in each.roles[public_id]]}
                    for each in PEOPLE
                    if public_id in each.roles
                ],
                "api": {
                    "client_id": f"demo-{public_id.removeprefix('cli_')}",
                    "client_secret": secret_of(client),
                },
            }
            for public_id, client in clients.items()
        ],
    }
