"""Rules of webhooks that can say no. Codes 140-149."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class WebhookAddressRefused(DomainError):
    code = 140
    message = _("This address cannot receive webhooks: %(reason)s")


class TooManyWebhooks(DomainError):
    code = 141
    message = _("A company has at most %(most)s webhooks. Delete one that is no longer needed.")


class MessageForgotten(DomainError):
    """The body is kept for 30 days."""

    code = 142
    message = _("This message is older than 30 days, so its body is no longer kept and cannot be sent again.")


class WebhookDeleted(DomainError):
    code = 143
    message = _("The webhook of this delivery was deleted, so nothing is sent to it any more.")
