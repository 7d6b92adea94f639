"""Recurrences and their schedules (API.md 6.6)."""

from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from core.errors import NotFound, Unavailable
from transactions import errors, models
from transactions.actions.recurrences import cancel_recurrence, cancel_schedule, create_recurrence
from transactions.actions.sales import Instrument
from transactions.api.conditions import recurrence_conditions
from transactions.api.serializers.recurrences import RecurrenceBody, RecurrenceQuery, ScheduleQuery
from transactions.api.shapes.recurrences import RecurrenceListedShown, RecurrenceShown, ScheduleShown
from transactions.api.shown.recurrences import recurrence_listed, recurrence_shown, schedule_shown
from transactions.api.views.cards import READ, WRITE
from transactions.queries.contracts import recurrence_of, recurrences_for, schedules_of, token_of


class Recurrences(Endpoint):
    """`/v1/credit-card/recurrences`"""

    operations = {
        "GET": Operation(
            _("List recurrences"), scope=READ, query=RecurrenceQuery, answer=list_of(RecurrenceListedShown)
        ),
        "POST": Operation(
            _("Charge a card again and again"),
            scope=WRITE,
            body=RecurrenceBody,
            answer=RecurrenceShown,
            status=201,
            errors=(errors.CardNotVerified, errors.CardNotUsable, NotFound, Unavailable),
            description=_(
                "A first charge that is due today is made inside the request. When it is denied the answer is 201 all "
                "the same: its schedule is FAILED and the recurrence CANCELLED with the reason FIRST_CHARGE_DENIED."
            ),
            example={
                "type": "LIMITED_TIMES",
                "recurrenceFrequency": "MONTHLY",
                "firstTransactionDate": "2026-12-01",
                "numberInstallments": 12,
                "amount": 49.90,
                "card": {
                    "holderName": "MARINA EXEMPLO",
                    "number": "4111111111110071",
                    "expirationDate": "2031-12",
                    "cvv": "123",
                },
                "customer": {"name": "Marina Exemplo", "document": "123.456.789-09"},
                "userReference": "assinatura-77",
            },
        ),
    }

    def post(self, request: Request) -> HttpResponseBase:
        said = dict(self.body)
        token, consent = said.pop("token"), said.pop("consent")
        contract = token_of(self.actor, token) if token else None
        instrument = Instrument(
            card=said.pop("card"), contract=contract, keep_for=said.pop("keep_for"), consent=consent
        )
        return self.once_in_steps(
            lambda claim: create_recurrence(actor=self.actor, instrument=instrument, **said, claim=claim),
            recurrence_shown,
        )

    def get(self, request: Request) -> Response:
        rows = recurrences_for(self.actor).filter(self.query["period"], recurrence_conditions(self.query))
        envelope = page_of(rows, self.query, order=RecurrenceQuery.date_fields[self.query["dateField"]])
        envelope["content"] = [recurrence_listed(each) for each in envelope["content"]]
        return Response(envelope)


class OneRecurrence(Endpoint):
    """`/v1/credit-card/recurrences/{recurrenceId}`"""

    operations = {"GET": Operation(_("Read a recurrence"), scope=READ, answer=RecurrenceShown)}

    def get(self, request: Request, recurrence_id: str) -> Response:
        return Response(recurrence_shown(recurrence_of(self.actor, recurrence_id)))


class CancelRecurrence(Endpoint):
    """`/v1/credit-card/recurrences/{recurrenceId}/cancel`"""

    operations = {
        "PUT": Operation(
            _("Cancel a recurrence"), scope=WRITE, answer=RecurrenceShown, errors=(errors.RecurrenceEnded,)
        )
    }

    def put(self, request: Request, recurrence_id: str) -> HttpResponseBase:
        recurrence_of(self.actor, recurrence_id)
        return self.once(partial(cancel_recurrence, actor=self.actor, recurrence_id=recurrence_id), recurrence_shown)


class Schedules(Endpoint):
    """`/v1/credit-card/recurrences/{recurrenceId}/schedules`"""

    operations = {
        "GET": Operation(
            _("List the charges of a recurrence"),
            scope=READ,
            query=ScheduleQuery,
            answer=list_of(ScheduleShown),
            description=_("In the order in which they are charged."),
        )
    }

    def get(self, request: Request, recurrence_id: str) -> Response:
        recurrence = recurrence_of(self.actor, recurrence_id)
        rows = schedules_of(recurrence).filter(self.query["period"])
        envelope = page_of(rows, self.query, order="number", newest_first=False)
        envelope["content"] = [schedule_shown(schedule, recurrence) for schedule in envelope["content"]]
        return Response(envelope)


class CancelSchedule(Endpoint):
    """`/v1/credit-card/recurrences/{recurrenceId}/schedules/{scheduleId}/cancel`"""

    operations = {
        "PUT": Operation(
            _("Cancel one charge of a recurrence"),
            scope=WRITE,
            answer=ScheduleShown,
            errors=(errors.RecurrenceEnded, errors.ScheduleNotOpen),
            description=_("The others do not move."),
        )
    }

    def put(self, request: Request, recurrence_id: str, schedule_id: str) -> HttpResponseBase:
        recurrence = recurrence_of(self.actor, recurrence_id)
        action = partial(cancel_schedule, actor=self.actor, recurrence_id=recurrence_id, schedule_id=schedule_id)

        def shown(schedule: models.Schedule) -> dict[str, Any]:
            return schedule_shown(schedule, recurrence)

        return self.once(action, shown)
