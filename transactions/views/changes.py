"""The end of a contract, of a recurrence, of one charge: each asks first."""

from abc import abstractmethod
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.errors import DomainError, NotFound
from core.idempotency import Answer, once
from core.lists.views import wants_fragment
from transactions.actions.contracts import deactivate_contract
from transactions.actions.recurrences import cancel_recurrence, cancel_schedule
from transactions.forms import QuestionForm
from transactions.models import Contract, Recurrence, Schedule
from transactions.queries.contracts import contract_of, recurrence_of
from transactions.views.page import WRITE, CardPage

Text = str | Promise


class Question(CardPage):
    """Shows what will happen, then does it once, however often it is sent."""

    permission = WRITE
    heading: ClassVar[Text]
    button: ClassVar[Text]
    done: ClassVar[Text]

    @property
    @abstractmethod
    def contract(self) -> Contract:
        """On whose page it is asked. Raises NotFound."""

    @abstractmethod
    def sentence(self) -> str: ...

    @abstractmethod
    def act(self) -> object: ...

    def get(self, request: HttpRequest, **ids: str) -> HttpResponse:
        return self.show(QuestionForm())

    def post(self, request: HttpRequest, **ids: str) -> HttpResponse:
        contract = self.contract
        form = QuestionForm(request.POST)
        if not form.is_valid():
            return self.show(QuestionForm(), status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            once(form.keyed_request(request, self.actor), self.act, lambda _result: Answer(200, b""))
        except DomainError as error:
            form.add_error(None, str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, str(self.done))
        return redirect("transactions:contract", contract.contract_id)

    def show(self, form: QuestionForm, status: int = 200) -> HttpResponse:
        said: dict[str, Any] = {"heading": self.heading, "button": self.button, "sentence": self.sentence()}
        template = "transactions/_question.html" if wants_fragment(self.request) else "transactions/question.html"
        return render(self.request, template, {"form": form, "contract": self.contract, **said}, status=status)


class DeactivateContract(Question):
    heading = gettext_lazy("Deactivate this contract?")
    button = gettext_lazy("Deactivate the contract")
    done = gettext_lazy("Contract deactivated")

    @property
    def contract(self) -> Contract:
        return contract_of(self.actor, self.kwargs["contract_id"])

    def sentence(self) -> str:
        return _("The card %(card)s can no longer be charged, and what is charged to it again and again ends.") % {
            "card": self.contract.masked_number
        }

    def act(self) -> object:
        return deactivate_contract(actor=self.actor, contract_id=self.kwargs["contract_id"])


class CancelRecurrence(Question):
    heading = gettext_lazy("Cancel this recurrence?")
    button = gettext_lazy("Cancel the recurrence")
    done = gettext_lazy("Recurrence cancelled")

    @property
    def recurrence(self) -> Recurrence:
        return recurrence_of(self.actor, self.kwargs["recurrence_id"])

    @property
    def contract(self) -> Contract:
        return self.recurrence.contract

    def sentence(self) -> str:
        return _("None of its charges of %(amount)s that are still open is made. The kept card stays.") % {
            "amount": money.formatted(self.recurrence.amount)
        }

    def act(self) -> object:
        return cancel_recurrence(actor=self.actor, recurrence_id=self.kwargs["recurrence_id"])


class CancelSchedule(CancelRecurrence):
    heading = gettext_lazy("Cancel this charge?")
    button = gettext_lazy("Cancel the charge")
    done = gettext_lazy("Charge cancelled")

    @property
    def schedule(self) -> Schedule:
        found = self.recurrence.schedules.filter(schedule_id=self.kwargs["schedule_id"]).first()
        if found is None:
            raise NotFound
        return found

    def sentence(self) -> str:
        schedule = self.schedule
        words = {"amount": money.formatted(schedule.amount), "day": date_format(schedule.on, "SHORT_DATE_FORMAT")}
        return _("The charge of %(amount)s on %(day)s is not made. The others stay as they are.") % words

    def act(self) -> object:
        return cancel_schedule(actor=self.actor, **self.kwargs)
