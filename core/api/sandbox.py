"""What the sandbox calls of every product share (API.md 8): 202, also where nothing can change any more."""

from collections.abc import Callable
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Nothing
from core.api.operations import Input, Operation
from core.api.shapes import Shown
from core.api.views import Endpoint


class AcceptedShown(Shown):
    accepted = serializers.BooleanField()


def trigger(summary: StrOrPromise, *, scope: str, body: Input = Nothing) -> dict[str, Operation]:
    operation = Operation(
        summary,
        scope=scope,
        body=body,
        answer=AcceptedShown,
        status=202,
        description=_("Sandbox only: in production this address does not exist. 202 also when nothing can change."),
    )
    return {"POST": operation}


class SandboxCall(Endpoint):
    """Calls `action` with the ids of the address and the fields of the body."""

    keyed = False
    action: ClassVar[Callable[..., None]]

    def post(self, request: Request, **ids: str) -> Response:
        type(self).action(actor=self.actor, **ids, **self.body)
        return Response({"accepted": True}, status=202)
