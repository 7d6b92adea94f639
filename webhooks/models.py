"""The outbox: what happened, written in the transaction in which it happened."""

from django.db import models

from core.actor import Channel


class Event(models.Model):
    """One change of one object. The timeline and the live updates read every event; those with a `message_type`
    are also told to merchants, with exactly the bytes of `body` (API.md 7)."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    object_type = models.CharField(max_length=20)
    object_id = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    facts = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=[(channel.value, channel.value) for channel in Channel])
    x_transaction_id = models.UUIDField(null=True)
    message_type = models.CharField(max_length=40, blank=True, default="")
    lifecycle = models.BooleanField(default=False)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(message_type="", body=None) | (~models.Q(message_type="") & ~models.Q(body=None)),
                name="a_message_has_its_bytes",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "object_type", "object_id", "id"], name="events_of_an_object"),
            models.Index(fields=["client", "id"], name="messages_of_a_client", condition=~models.Q(message_type="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.object_id}"
