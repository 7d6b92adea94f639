"""Who acts: one frozen value for a person in the portal, a credential of the API, the staff and the system itself."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")


class Channel(StrEnum):
    """The door through which an action came in."""

    PORTAL = "PORTAL"
    API = "API"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """Everything an action may know about its caller. `permissions` are texts such as `CHARGES:refund`."""

    client_id: int
    channel: Channel
    name: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    zone: ZoneInfo = BRASILIA
    user_id: int | None = None
    credential_id: int | None = None
    request_id: UUID | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions
