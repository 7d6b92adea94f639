"""What the page of one contract shows: the kept card, its consent, and what is charged to it again and again."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Fine, Module, fine
from core.actor import Actor
from core.lists.periods import zone_text
from core.looks import Look
from transactions.columns import document_for, expiry_text
from transactions.looks import CONTRACTS, RECURRENCES, SCHEDULES, brand_mark, dotted
from transactions.models import Contract, Recurrence, Schedule
from transactions.states import ContractStatus, RecurrenceStatus, ScheduleStatus
from webhooks.timeline import ENDED, GREEN, Sentences, timeline_of

WRITE = fine(Module.CREDIT_CARD, Fine.WRITE)
SENTENCES: Sentences = {
    "contract.created": (_("Card kept with the holder's consent"), GREEN),
    "contract.changed": (_("Card changed"), GREEN),
    "contract.ended": (_("Contract deactivated"), ENDED),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A charge of a recurrence as a row."""

    schedule: Schedule
    may_be_cancelled: bool

    @property
    def look(self) -> Look:
        return SCHEDULES[ScheduleStatus(self.schedule.status)]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A recurrence with its charges, as this actor may see and end them."""

    recurrence: Recurrence
    plan: list[Planned]
    document: str
    may_be_cancelled: bool
    may_run: bool

    @property
    def look(self) -> Look:
        return RECURRENCES[RecurrenceStatus(self.recurrence.status)]

    @property
    def status(self) -> str:
        return str(RecurrenceStatus(self.recurrence.status).label)


def contract_detail_of(actor: Actor, contract: Contract, *, whole: bool) -> dict[str, Any]:
    may_write = actor.may(WRITE)
    plan = Prefetch("schedules", Schedule.objects.select_related("payment__operation").order_by("number"))
    recurrences = contract.recurrences.filter(version__gt=0).prefetch_related(plan).order_by("-created_at", "-id")
    return {
        "contract": contract,
        "look": CONTRACTS[ContractStatus(contract.status)],
        "brand": brand_mark(contract.brand),
        "number": dotted(contract.last4),
        "expires": expiry_text(contract.expires),
        "recurrences": [repeated(actor, each) for each in recurrences],
        "may_deactivate": may_write and contract.status == ContractStatus.ACTIVE,
        "zone_text": zone_text(actor.zone),
        **timeline_of(actor, SENTENCES, object_type="contract", object_id=contract.contract_id, whole=whole),
    }


def repeated(actor: Actor, recurrence: Recurrence) -> Repeated:
    is_active = recurrence.status == RecurrenceStatus.ACTIVE
    may_end = is_active and actor.may(WRITE)
    plan = [
        Planned(each, may_end and each.status == ScheduleStatus.SCHEDULED and not each.is_charging)
        for each in recurrence.schedules.all()
    ]
    document = document_for(actor, recurrence.customer_document)
    return Repeated(recurrence, plan, document, may_end, may_run=settings.SANDBOX and may_end)
