"""What the guide says of webhooks, computed from what the engine does."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from django.conf import settings
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from webhooks import promises
from webhooks.catalogue import EventType, event_types
from webhooks.details import snippets

RECEIVER = """\
python3 - <<'END'
import http.server, ssl

class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.headers["webhook-id"], self.rfile.read(int(self.headers["content-length"])))
        self.send_response(204)
        self.end_headers()

server = http.server.ThreadingHTTPServer(("127.0.0.1", 8443), Receiver)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("certificate.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
END"""


@dataclass(frozen=True, slots=True)
class Promise:
    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An event type as the gallery shows it."""

    type: EventType

    @property
    def schema(self) -> str:
        return _indented(self.type.schema)

    @property
    def example(self) -> str:
        return _indented(self.type.example)

    @property
    def status(self) -> str:
        if not self.type.is_sent:
            return _("Not sent by this version")
        return _("Sent") if self.type.subscribable else _("Sent on request")


def guide() -> dict[str, Any]:
    return {
        "api_url": settings.API_URL,
        "promises": list_of_promises(),
        "waits": [(number, words_for(wait)) for number, wait in enumerate(promises.WAITS, start=1)],
        "jitter": round(promises.JITTER * 100),
        "snippets": snippets(),
        "receiver": RECEIVER,
        "addresses": settings.WEBHOOK_SOURCE_ADDRESSES,
        "kept": promises.BODIES_KEPT.days,
        "seconds": int(promises.ANSWER_SECONDS),
    }


def gallery() -> dict[str, Any]:
    return {"types": [Shown(each) for each in event_types()]}


def list_of_promises() -> list[Promise]:
    hours = sum(promises.WAITS, timedelta()) // timedelta(hours=1)
    days = [f"{after.days}" for after in promises.WARNED_AFTER]
    rows = [
        (_("How often"), _("At least once. A copy has the same webhook-id and the same bytes: keep the ids you know.")),
        (_("Order"), _("None. The version in the body grows: drop what is older than what you know.")),
        (
            _("Success"),
            _("Any 2xx within %(seconds)s seconds. Redirects are not followed: they are failures.")
            % {"seconds": int(promises.ANSWER_SECONDS)},
        ),
        (
            _("Attempts"),
            _("%(count)s over about %(hours)s hours. After the last one the delivery is marked as failed.")
            % {"count": promises.ATTEMPTS, "hours": hours},
        ),
        (
            _("When you are busy"),
            _("429 and 503 with Retry-After are honoured, between one and %(times)s times the step.")
            % {"times": promises.LONGEST_RETRY_AFTER},
        ),
        (_("When the address is gone"), _("410 disables the webhook at once. What waits is kept.")),
        (
            _("Unbroken failure"),
            _("We write to your administrators on days %(first)s and %(second)s; after %(days)s days it is disabled.")
            % {"first": days[0], "second": days[1], "days": promises.DISABLED_AFTER.days},
        ),
        (_("Neighbours"), _("A receiver that does not answer delays no other webhook.")),
        (
            _("Size"),
            _("A body has less than %(size)s kB.") % {"size": promises.LARGEST_MESSAGE // 1000},
        ),
        (
            _("Rotation"),
            _("For %(time)s after a rotation the old secret signs too.")
            % {"time": words_for(promises.OLD_SECRET_SIGNS_FOR)},
        ),
        (
            _("Kept for you"),
            _("Messages %(days)s days, the log of attempts %(months)s months.")
            % {"days": promises.BODIES_KEPT.days, "months": promises.ATTEMPTS_KEPT.days // 31},
        ),
        (_("Webhooks"), _("At most %(most)s for each company.") % {"most": promises.MOST_ENDPOINTS}),
    ]
    return [Promise(about, sentence) for about, sentence in rows]


def words_for(time: timedelta) -> str:
    """`5 minutes`, `24 hours`, in the reader's language."""
    return format_timedelta(time, threshold=1.5, locale=to_locale(get_language() or "en"))


def _indented(value: dict[str, Any] | None) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
