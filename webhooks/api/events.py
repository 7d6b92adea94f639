"""Messages for who has no webhook, or one that came late (API.md 6.8)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from core.errors import InvalidParameters, Violation
from webhooks import queries
from webhooks.api.serializers import EventQuery
from webhooks.api.shapes import EventShown
from webhooks.api.shown import event_shown
from webhooks.models import Event

READ = "webhooks.read"


class Events(Endpoint):
    """`/v1/events`"""

    operations = {
        "GET": Operation(
            _("List messages"),
            scope=READ,
            query=EventQuery,
            answer=list_of(EventShown),
            description=_(
                "Every message of the last 30 days, whether or not a webhook existed: the signed body with eventId "
                "and createdAt. To read all of them once, keep the eventId of the last one and send it as since."
            ),
        )
    }

    def get(self, request: Request) -> Response:
        envelope = self.after() if self.query.get("since") else self.newest()
        envelope["content"] = [event_shown(event) for event in envelope["content"]]
        return Response(envelope)

    def newest(self) -> dict[str, Any]:
        return page_of(self.narrowed(queries.messages_for(self.actor)), self.query)

    def after(self) -> dict[str, Any]:
        """Pages of what came after an event, oldest first."""
        last = queries.messages_for(self.actor).filter(event_id=self.query["since"]).first()
        if last is None:
            raise InvalidParameters(Violation("since", _("is not the eventId of one of your last 30 days")))
        rows = self.narrowed(queries.messages_after(self.actor, last))
        return page_of(rows, self.query, order="written_in", newest_first=False)

    def narrowed(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        wanted = Q()
        for field, name in (("message_type", "eventType"), ("object_id", "objectId")):
            if self.query.get(name):
                wanted &= Q(**{field: self.query[name]})
        return rows.filter(self.query["period"], wanted)


class OneEvent(Endpoint):
    """`/v1/events/{id}`"""

    operations = {"GET": Operation(_("Read a message"), scope=READ, answer=EventShown)}

    def get(self, request: Request, event_id: str) -> Response:
        return Response(event_shown(queries.message_of(self.actor, event_id)))
