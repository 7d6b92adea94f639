"""People, the clients they act for, and the credentials of a client's systems."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication
from oauth2_provider.models import ApplicationManager as ToolkitApplicationManager

from accounts.hashers import end_of_old
from accounts.permissions import Fine, Module, granted
from accounts.states import MembershipStatus
from core import clock
from core.audit import track
from core.money import LARGEST


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, *, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **fields)


@track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person, global: what the person may do belongs to memberships. Staff use /admin and represent nobody."""

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    document = models.CharField(_("CPF"), max_length=14, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(max_length=5, choices=[("pt-br", "Português"), ("en", "English")], blank=True)
    theme = models.CharField(max_length=5, choices=[("light", _("Light")), ("dark", _("Dark"))], blank=True)
    chosen_client = models.ForeignKey("Client", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name"]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()


@track()
class Client(models.Model):  # type: ignore[django-manager-missing]
    """The tenant: a company that receives money through the platform."""

    public_id = models.CharField(max_length=20, unique=True, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=200)
    trade_name = models.CharField(_("trade name"), max_length=100)
    document = models.CharField(_("CNPJ"), max_length=14, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="America/Sao_Paulo")
    pix_key = models.CharField(_("receiving Pix key"), max_length=77, blank=True)
    brcode_name = models.CharField(_("BR Code name"), max_length=25)
    brcode_city = models.CharField(_("BR Code city"), max_length=15)
    merchant_category = models.CharField(_("MCC"), max_length=4, default="0000")
    default_expiration = models.PositiveIntegerField(_("default expiration in seconds"), default=3600)
    largest_charge = models.DecimalField(_("largest charge"), max_digits=12, decimal_places=2, default=LARGEST)
    refund_approval_above = models.DecimalField(
        _("refunds above this amount need a second person"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["trade_name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(default_expiration__gte=1, default_expiration__lte=3600),
                name="client_default_expiration_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(largest_charge__gt=Decimal(0), largest_charge__lte=LARGEST),
                name="client_largest_charge_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.trade_name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        words = self.trade_name.split()
        return "".join(word[0] for word in words[:2]).upper()


@track()
class Membership(models.Model):
    """A person in a client. One that was removed stays as it ended; who comes back gets another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=10, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client"],
                condition=~models.Q(status=MembershipStatus.REMOVED),
                name="one_membership_for_each_client",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.client}"

    def permissions(self) -> frozenset[str]:
        """The union over its roles."""
        held: set[str] = set()
        for role in self.roles.all():
            held |= granted(Module(role.module), role.withheld)
        return frozenset(held)


@track()
class Role(models.Model):
    """A module that a membership holds, less the fine permissions that were taken away."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles")
    module = models.CharField(max_length=20, choices=Module.choices)
    withheld = ArrayField(models.CharField(max_length=10, choices=Fine.choices), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "module"], name="one_role_for_each_module")]

    def __str__(self) -> str:
        return self.module if not self.withheld else f"{self.module} − {', '.join(self.withheld)}"


class ApplicationManager(ToolkitApplicationManager["Application"]):
    """A credential is of no use without its client: whether it is live depends on both."""

    def get_queryset(self) -> models.QuerySet["Application"]:
        found: models.QuerySet[Application] = super().get_queryset()
        return found.select_related("tenant")


@track(exclude=["client_secret", "last_used_at"])
class Application(AbstractApplication):
    """An API credential of a client. The link is called `tenant`: a field `client` would overwrite `client_id`."""

    tenant = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="credentials")
    scopes = ArrayField(models.CharField(max_length=30), default=list)
    allowed_addresses = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    secret_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApplicationManager()

    class Meta(AbstractApplication.Meta):
        verbose_name = _("API credential")
        verbose_name_plural = _("API credentials")

    def is_usable(self, request: object) -> bool:
        """Asked by the OAuth toolkit when a token is issued."""
        return self.is_live

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.tenant.is_active

    @property
    def old_secret_until(self) -> datetime | None:
        """Until when the secret before the last rotation is good."""
        until = end_of_old(self.client_secret)
        return until if until and clock.now() < until else None

    def revoked(self, at: datetime) -> None:
        self.revoked_at = at
