"""The platform's own staff: clients, people, credentials, and their history. Every change goes through an action."""

from typing import Any, cast

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action

from accounts import queries
from accounts.actions import clients, credentials, people
from accounts.models import Application, Client, Membership, Role, User
from accounts.permissions import SCOPES, Fine, Module
from accounts.states import MembershipStatus
from core.actor import Actor
from core.audit import name_actor
from core.errors import DomainError

ELSEWHERE = ("account.EmailAddress", "oauth2_provider.AccessToken", "oauth2_provider.Grant")
ELSEWHERE += ("oauth2_provider.IDToken", "oauth2_provider.RefreshToken", "accounts.Application")

for model in (Group, *(apps.get_model(label) for label in ELSEWHERE)):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def staff_actor(request: HttpRequest, client: Client) -> Actor:
    actor = queries.staff(cast(User, request.user), client)
    name_actor(actor)
    return actor


class NothingIsDeleted(ModelAdmin):
    """Rows that money hangs on stay."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Client)
class ClientAdmin(NothingIsDeleted):
    list_display = ["trade_name", "legal_name", "document", "public_id", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["trade_name", "legal_name", "document", "public_id"]
    readonly_fields = ["public_id", "created_at"]

    def save_model(self, request: HttpRequest, obj: Client, form: forms.ModelForm, change: bool) -> None:
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

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if change:
            people.change_person(user=obj, fields=form.changed_data)
            return
        names = ("email", "first_name", "last_name", "document", "phone", "is_staff")
        made = people.create_person(**{name: form.cleaned_data[name] for name in names})
        obj.pk, obj._state.adding = made.pk, False
        self.mail_reset_link(request, made)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for row in formset.extra_forms:
            if row.has_changed():
                client = row.cleaned_data["client"]
                people.add_membership(actor=staff_actor(request, client), user=formset.instance)

    @action(description=_("Send a link to choose a new password"), permissions=["change"])
    def send_reset_link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        self.mail_reset_link(request, User.objects.get(pk=object_id))
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[object_id]))

    def mail_reset_link(self, request: HttpRequest, user: User) -> None:
        form = ResetPasswordForm({"email": user.email})
        if form.is_valid():
            form.save(request)
            messages.success(request, _("A link to choose the password was sent to %(email)s.") % {"email": user.email})


class RoleForm(forms.ModelForm):
    withheld = forms.MultipleChoiceField(
        label=_("withheld"), choices=Fine.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Role
        fields = ["module", "withheld"]


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

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet, change: bool) -> None:
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

    @action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.change_status(request, object_id, MembershipStatus.ACTIVE)

    @action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.change_status(request, object_id, MembershipStatus.INACTIVE)

    @action(description=_("Remove"), permissions=["change"])
    def remove(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.change_status(request, object_id, MembershipStatus.REMOVED)

    def change_status(self, request: HttpRequest, object_id: int, status: MembershipStatus) -> HttpResponse:
        membership = Membership.objects.select_related("client").get(pk=object_id)
        try:
            people.change_membership(
                actor=staff_actor(request, membership.client), membership_id=membership.pk, status=status
            )
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:accounts_membership_change", args=[object_id]))


class CredentialForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("scopes"), choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Application
        fields = ["tenant", "name", "scopes", "allowed_addresses"]


@admin.register(Application)
class CredentialAdmin(NothingIsDeleted):
    form = CredentialForm
    list_display = ["name", "tenant", "client_id", "last_used_at", "revoked_at"]
    list_filter = ["tenant"]
    search_fields = ["name", "client_id", "tenant__trade_name"]
    actions_detail = ["rotate", "revoke"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: Application, form: forms.ModelForm, change: bool) -> None:
        said = form.cleaned_data
        issued = credentials.create_credential(
            actor=staff_actor(request, said["tenant"]),
            name=said["name"],
            scopes=said["scopes"],
            allowed_addresses=said["allowed_addresses"],
        )
        obj.pk, obj.client_id = issued.application.pk, issued.application.client_id
        obj.issued = issued  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Application, post_url_continue: Any = None) -> HttpResponse:
        return self.show_secret(request, obj.issued)  # type: ignore[attr-defined]

    @action(description=_("New secret"), permissions=["add"])
    def rotate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act(request, object_id, rotates=True)

    @action(description=_("Revoke"), permissions=["add"])
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self.act(request, object_id, rotates=False)

    def act(self, request: HttpRequest, object_id: int, *, rotates: bool) -> HttpResponse:
        """Asked first, since both end what works now."""
        application = Application.objects.select_related("tenant").get(pk=object_id)
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "credential": application, "rotates": rotates}
            return TemplateResponse(request, "admin/accounts/confirm.html", context)
        actor = staff_actor(request, application.tenant)
        try:
            if rotates:
                return self.show_secret(request, credentials.rotate_secret(actor=actor, credential_id=application.pk))
            credentials.revoke_credential(actor=actor, credential_id=application.pk)
            messages.success(request, _("The credential is revoked."))
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:accounts_application_change", args=[object_id]))

    def show_secret(self, request: HttpRequest, issued: credentials.Issued) -> HttpResponse:
        """In this answer alone: a message would lie in a cookie or the session."""
        context = {**self.admin_site.each_context(request), "issued": issued}
        return TemplateResponse(request, "admin/accounts/secret.html", context, headers={"Cache-Control": "no-store"})


class HistoryAdmin(ModelAdmin):
    """What the database recorded: to be read."""

    list_display = ["pgh_created_at", "pgh_label", "__str__", "actor"]
    list_filter = ["pgh_label"]
    ordering = ["-pgh_id"]

    @admin.display(description=_("who"))
    def actor(self, row: Any) -> str:
        return str((row.pgh_context or {}).get("actor", "—"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-pgh_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


for name in ("UserEvent", "ClientEvent", "MembershipEvent", "RoleEvent", "ApplicationEvent"):
    admin.site.register(apps.get_model("accounts", name), HistoryAdmin)
