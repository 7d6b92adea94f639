"""The companies that receive money through the platform. Only the platform's own staff makes and changes them."""

from django.db import transaction

from accounts.models import Client
from core import ids
from core.errors import PermissionMissing


@transaction.atomic
def save_client(*, by_staff: bool, client: Client) -> Client:
    """Checks every field and saves; a new client gets its public id. Raises PermissionMissing and ValidationError."""
    if not by_staff:
        raise PermissionMissing
    if not client.public_id:
        client.public_id = ids.random_id("cli_", 20)
    client.full_clean()
    client.save()
    return client
