"""The scope that an endpoint asks for."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from core.errors import ScopeMissing


class RequiredScope(BasePermission):
    """`view.scopes` names the product scope for each method (`{"GET": "charges.read"}`); absent means any token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        wanted = getattr(view, "scopes", {}).get(request.method)
        if wanted and not request.auth.holds(wanted):
            raise ScopeMissing(scope=wanted)
        return True
