"""The platform's own staff: clients, people, credentials, and their history. Every change goes through an action."""

# mypy: disable-error-code="untyped-decorator"
# The decorators of the admin kit carry no types.

from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts import queries
from accounts.actions import clients, credentials, people
from accounts.errors import NotAnAddress
from accounts.models import Application, Client, Membership, Role, User
from accounts.permissions import SCOPES, Fine, Module
from accounts.states import MembershipStatus
from core.actor import Actor
from core.admin import NothingIsDeleted, ReadOnlyAdmin
from core.audit import name_actor

Text = str | Promise
LONGEST_MASKED_CNPJ = 18
ELSEWHERE = (
    "auth.Group",
    "account.EmailAddress",
    "oauth2_provider.AccessToken",
    "oauth2_provider.Grant",
    "oauth2_provider.IDToken",
    "oauth2_provider.RefreshToken",
    "accounts.Application",
)

for label in ELSEWHERE:
    if admin.site.is_registered(apps.get_model(label)):
        admin.site.unregister(apps.get_model(label))


def staff_actor(request: HttpRequest, client: Client) -> Actor:
    actor = queries.staff(cast(User, request.user), client)
    name_actor(actor)
    return actor


class ClientForm(forms.ModelForm[Client]):
    document = forms.CharField(label=_("CNPJ"), max_length=LONGEST_MASKED_CNPJ, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Client
        # Nobody can approve yet what would wait above `refund_approval_above`.
        exclude = ["refund_approval_above"]  # noqa: DJ006

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        try:
            return {**said, **clients.normalised(said)}
        except ValidationError as refused:
            self.add_error(None, refused)
        return self.cleaned_data


@admin.register(Client)
class ClientAdmin(NothingIsDeleted):
    form = ClientForm
    list_display = ["trade_name", "legal_name", "document", "public_id", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["trade_name", "legal_name", "document", "public_id"]
    readonly_fields = ["public_id", "created_at"]

    def save_model(self, request: HttpRequest, obj: Client, form: "forms.ModelForm[Any]", change: bool) -> None:
        clients.save_client(by_staff=request.user.is_staff, client=obj)


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    fields = ["client", "status", "created_at"]
    readonly_fields = ["status", "created_at"]
    show_change_link = True
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(NothingIsDeleted):
    list_display = ["email", "first_name", "last_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "first_name", "last_name", "document"]
    fields = ["email", "first_name", "last_name", "document", "phone", "is_active", "is_staff"]
    inlines = [MembershipInline]
    actions_detail = ["send_reset_link"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["email", "is_staff"] if obj else ["is_active"]

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list[type[TabularInline]]:
        return [MembershipInline] if obj else []

    def save_model(self, request: HttpRequest, obj: User, form: "forms.ModelForm[Any]", change: bool) -> None:
        if change:
            people.change_person(user=obj, fields=form.changed_data, by=cast(User, request.user))
            return
        names = ("email", "first_name", "last_name", "document", "phone", "is_staff")
        made = people.create_person(**{name: form.cleaned_data[name] for name in names})
        obj.pk, obj._state.adding = made.pk, False
        transaction.on_commit(partial(self.mail_reset_link, request, made))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: "BaseInlineFormSet[Any, Any, Any]", change: bool
    ) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for row in formset.extra_forms:
            if row.has_changed():
                client = row.cleaned_data["client"]
                people.add_membership(actor=staff_actor(request, client), user=formset.instance)

    @action(description=_("Send a link to choose a new password"), permissions=["act"])
    def send_reset_link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        user = User.objects.get(pk=object_id)
        return self.asked_first(
            request,
            user,
            lead=_("The link goes to the e-mail of this person. The present password stays until it is used."),
            button=_("Send the link"),
            act=partial(self.mail_reset_link, request, user),
        )

    def mail_reset_link(self, request: HttpRequest, user: User) -> None:
        form = ResetPasswordForm({"email": user.email})
        if form.is_valid():
            form.save(request)
            messages.success(request, _("A link to choose the password was sent to %(email)s.") % {"email": user.email})


class RoleForm(forms.ModelForm[Role]):
    withheld = forms.MultipleChoiceField(
        label=_("withheld"), choices=Fine.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Role
        fields = ["module", "withheld"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Another module would be another role, and the one before would stay granted.
        self.fields["module"].disabled = self.instance.pk is not None


class RoleInline(TabularInline):
    model = Role
    form = RoleForm
    extra = 0


@admin.register(Membership)
class MembershipAdmin(NothingIsDeleted):
    list_display = ["user", "client", "status", "created_at"]
    list_filter = ["status", "client"]
    search_fields = ["user__email", "user__first_name", "client__trade_name"]
    fields = ["user", "client", "status", "created_at"]
    readonly_fields = ["user", "client", "status", "created_at"]
    inlines = [RoleInline]
    actions_detail = ["activate", "deactivate", "remove"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_formset(
        self, request: HttpRequest, form: Any, formset: "BaseInlineFormSet[Any, Any, Any]", change: bool
    ) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        membership: Membership = formset.instance
        actor = staff_actor(request, membership.client)
        for row in formset.forms:
            if not row.has_changed():
                continue
            if row.cleaned_data.get("DELETE"):
                people.take_role(actor=actor, membership_id=membership.pk, module=Module(row.initial["module"]))
            else:
                people.grant_role(
                    actor=actor,
                    membership_id=membership.pk,
                    module=Module(row.cleaned_data["module"]),
                    withheld=map(Fine, row.cleaned_data["withheld"]),
                )

    @action(description=_("Activate"), permissions=["act"])
    def activate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        lead = _("The person may work for this client again, with the roles kept so far.")
        return self.change_status(request, object_id, MembershipStatus.ACTIVE, lead, _("Activate"))

    @action(description=_("Deactivate"), permissions=["act"])
    def deactivate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        lead = _("The person's very next request for this client is refused.")
        return self.change_status(request, object_id, MembershipStatus.INACTIVE, lead, _("Deactivate"))

    @action(description=_("Remove"), permissions=["act"])
    def remove(self, request: HttpRequest, object_id: int) -> HttpResponse:
        lead = _("The membership ends for good. The person and other memberships stay.")
        return self.change_status(request, object_id, MembershipStatus.REMOVED, lead, _("Remove"))

    def change_status(
        self, request: HttpRequest, object_id: int, status: MembershipStatus, lead: Text, button: Text
    ) -> HttpResponse:
        membership = Membership.objects.select_related("client", "user").get(pk=object_id)

        def change() -> None:
            actor = staff_actor(request, membership.client)
            people.change_membership(actor=actor, membership_id=membership.pk, status=status)

        return self.asked_first(request, membership, lead=lead, button=button, act=change)


class CredentialForm(forms.ModelForm[Application]):
    scopes = forms.MultipleChoiceField(
        label=_("scopes"), choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Application
        fields = ["tenant", "name", "scopes", "allowed_addresses"]

    def clean_allowed_addresses(self) -> list[str]:
        try:
            return credentials.readable(self.cleaned_data["allowed_addresses"])
        except NotAnAddress as refused:
            raise ValidationError(str(refused)) from refused


@admin.register(Application)
class CredentialAdmin(NothingIsDeleted):
    form = CredentialForm
    list_display = ["name", "tenant", "client_id", "last_used_at", "secret_changed_at", "old_secret", "revoked_at"]
    list_filter = ["tenant"]
    search_fields = ["name", "client_id", "tenant__trade_name"]
    actions_detail = ["rotate", "replace", "revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["last_used_at", "secret_changed_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: Application, form: "forms.ModelForm[Any]", change: bool) -> None:
        said = form.cleaned_data
        issued = credentials.create_credential(
            actor=staff_actor(request, said["tenant"]),
            name=said["name"],
            scopes=said["scopes"],
            allowed_addresses=said["allowed_addresses"],
        )
        obj.pk, obj.client_id = issued.application.pk, issued.application.client_id
        obj.issued = issued

    def response_add(self, request: HttpRequest, obj: Application, post_url_continue: Any = None) -> HttpResponse:
        return self.show_secret(request, obj.issued)

    @action(description=_("New secret"), permissions=["act"])
    def rotate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        lead = _("The present secret stays good for 24 hours, so that systems can change to the new one meanwhile.")
        return self.new_secret(request, object_id, lead, old_lives=credentials.OVERLAP)

    @action(description=_("New secret at once"), permissions=["act"])
    def replace(self, request: HttpRequest, object_id: int) -> HttpResponse:
        lead = _("The present secret ends at once. Systems that use it are refused until they have the new one.")
        return self.new_secret(request, object_id, lead, old_lives=timedelta())

    def new_secret(self, request: HttpRequest, object_id: int, lead: Text, *, old_lives: timedelta) -> HttpResponse:
        application = Application.objects.get(pk=object_id)

        def make() -> HttpResponse:
            actor = staff_actor(request, application.tenant)
            issued = credentials.rotate_secret(actor=actor, credential_id=application.pk, old_lives=old_lives)
            return self.show_secret(request, issued)

        return self.asked_first(request, application, lead=lead, button=_("Make a new secret"), act=make)

    @action(description=_("Revoke"), permissions=["act"])
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        application = Application.objects.get(pk=object_id)

        def end() -> None:
            actor = staff_actor(request, application.tenant)
            credentials.revoke_credential(actor=actor, credential_id=application.pk)

        lead = _("The credential and its tokens end at once and for good.")
        return self.asked_first(request, application, lead=lead, button=_("Revoke"), act=end)

    @admin.display(description=_("old secret until"), empty_value="—")
    def old_secret(self, row: Application) -> datetime | None:
        return row.old_secret_until

    def show_secret(self, request: HttpRequest, issued: credentials.Issued) -> HttpResponse:
        """In this answer alone: a message would lie in a cookie or the session."""
        context = {**self.admin_site.each_context(request), "issued": issued}
        return TemplateResponse(request, "admin/accounts/secret.html", context, headers={"Cache-Control": "no-store"})


DONE = {"insert": pgettext_lazy("history", "Made"), "update": _("Changed"), "delete": _("Deleted")}


class DoneFilter(admin.SimpleListFilter):
    title, parameter_name = _("what was done"), "done"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(label, str(word)) for label, word in DONE.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pgh_label=self.value()) if self.value() in DONE else queryset


class HistoryAdmin(ReadOnlyAdmin):
    """What the database recorded."""

    list_display = ["pgh_created_at", "done", "subject", "actor"]
    list_select_related = ["pgh_obj"]
    list_filter = [DoneFilter]
    ordering = ["-pgh_id"]

    @admin.display(description=_("what was done"))
    def done(self, row: Any) -> Text:
        return DONE[row.pgh_label]

    @admin.display(description=_("which"))
    def subject(self, row: Any) -> str:
        return str(row.pgh_obj)

    @admin.display(description=_("who"))
    def actor(self, row: Any) -> str:
        return str((row.pgh_context or {}).get("actor", "—"))


for name in ("UserEvent", "ClientEvent", "MembershipEvent", "RoleEvent", "ApplicationEvent"):
    admin.site.register(apps.get_model("accounts", name), HistoryAdmin)
