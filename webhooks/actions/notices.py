"""E-mail to the client's administrators about an endpoint. The notice is a row first and a letter afterwards."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import administrators_of
from core import clock
from webhooks.models import Notice

log = structlog.get_logger()
BATCH = 100


def mail_notices() -> None:
    """Sends what has not been sent. A letter that cannot be sent is tried again with the next tick."""
    waiting = Notice.objects.filter(mailed_at=None).select_related("endpoint__client").order_by("pk")
    for notice in waiting[:BATCH]:
        try:
            for person in administrators_of(notice.endpoint.client_id):
                _mail(notice, person)
        except OSError as error:
            log.warning("notice not mailed", notice=notice.pk, reason=type(error).__name__)
            continue
        Notice.objects.filter(pk=notice.pk).update(mailed_at=clock.now())


def _mail(notice: Notice, person: User) -> None:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        endpoint = notice.endpoint
        context = {
            "person": person,
            "notice": notice,
            "endpoint": endpoint,
            "address": f"{settings.PUBLIC_URL}/webhook/{endpoint.endpoint_id}",
        }
        subject = _("Your webhook %(type)s: %(reason)s") % {
            "type": endpoint.event_type,
            "reason": notice.get_reason_display(),
        }
        text = render_to_string("webhooks/notice.txt", context)
        send_mail(subject, text, None, [person.email])
