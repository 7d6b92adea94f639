"""What the OpenAPI document says beyond the endpoints: the token call, the payer's bank, the error catalogue."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.api.schema import (
    ALLOW,
    CHALLENGE,
    ECHO,
    PUBLIC_TAG,
    RATE_LIMIT,
    RETRY_AFTER,
    SECURITY,
    path_schema,
    plain,
    tag_of,
)
from core.errors import REGISTRY

TEXT = {"type": "string"}
ERROR = {"$ref": "#/components/schemas/Error"}
OAUTH_ERRORS = (
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "temporarily_unavailable",
)
PRODUCTS = {
    "charges": pgettext_lazy("scope", "charges"),
    "webhooks": pgettext_lazy("scope", "webhooks"),
    "payment-links": pgettext_lazy("scope", "payment-links"),
    "pix-checkout": pgettext_lazy("scope", "pix-checkout"),
    "automatic-pix": pgettext_lazy("scope", "automatic-pix"),
    "credit-card": pgettext_lazy("scope", "credit-card"),
    "orders": pgettext_lazy("scope", "orders"),
}
SCHEMAS = {
    "Token": {
        "type": "object",
        "properties": {
            "access_token": TEXT,
            "token_type": {"type": "string", "enum": ["Bearer"]},
            "expires_in": {"type": "integer", "description": _("Seconds")},
            "scope": {"type": "string", "description": _("Space-separated"), "example": "charges.read charges.write"},
        },
        "required": ["access_token", "token_type", "expires_in", "scope"],
    },
    "OAuthError": {
        "type": "object",
        "properties": {"error": {"type": "string", "enum": list(OAUTH_ERRORS)}, "error_description": TEXT},
        "required": ["error", "error_description"],
    },
}


def complete(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Called by drf-spectacular with the document of the endpoints."""
    components, paths = result["components"], result["paths"]
    components["schemas"] = dict(sorted({**components["schemas"], **plain(SCHEMAS)}.items()))
    paths["/v1/token"] = {"post": token_operation()}
    paths["/pix/qr/v2/{token}"] = {
        "get": public_operation(
            "read_code",
            gettext("What a dynamic code points to, signed (JWS, ES256)"),
            {"application/jose": {"schema": TEXT}},
            errors=(404, 405, 410),
            parameters=[{"name": "token", "in": "path", "required": True, "schema": path_schema("token")}],
        )
    }
    paths["/pix/jwks.json"] = {
        "get": public_operation(
            "read_keys",
            gettext("The keys of the signatures"),
            {"application/json": {"schema": {"type": "object"}}},
            errors=(405,),
        )
    }
    flow = {"tokenUrl": "/v1/token", "scopes": scopes_of(paths)}
    components["securitySchemes"] = {SECURITY: {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    return {**result, "paths": dict(sorted(paths.items())), "x-error-catalogue": catalogue()}


def scopes_of(paths: dict[str, Any]) -> dict[str, str]:
    """The scopes that some call asks for."""
    held = {
        scope
        for path in paths.values()
        for operation in path.values()
        for wanted in operation["security"]
        for scope in wanted[SECURITY]
    }
    return {scope: described(scope) for scope in sorted(held)}


def described(scope: str) -> str:
    product, _dot, access = scope.partition(".")
    sentence = gettext("Write and read %(product)s") if access == "write" else gettext("Read %(product)s")
    return sentence % {"product": PRODUCTS[product]}


def catalogue() -> list[dict[str, Any]]:
    """Every code with its status and message, for the guide and for code generators."""
    return [
        {"errorCode": code, "status": error.status, "name": error.__name__, "message": str(error.message)}
        for code, error in sorted(REGISTRY.items())
    ]


def token_operation() -> dict[str, Any]:
    properties = {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "client_id": TEXT,
        "client_secret": {"type": "string", "format": "password"},
        "scope": {
            "type": "string",
            "description": gettext("Space-separated; all that the credential holds when absent"),
        },
    }
    form = {"schema": {"type": "object", "properties": properties, "required": ["grant_type"]}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/OAuthError"}}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Token"}}}
    headers = {
        400: RATE_LIMIT,
        401: {**RATE_LIMIT, "WWW-Authenticate": CHALLENGE},
        405: {"Allow": ALLOW},
        413: {},
        415: {},
        429: {**RATE_LIMIT, "Retry-After": RETRY_AFTER},
        500: {},
    }
    return {
        "operationId": "token",
        "tags": [tag_of("/v1/token")],
        "summary": gettext("Ask for an access token"),
        "description": gettext(
            "Client credentials in the form or as HTTP Basic, never both (400). A token lives for one hour and is "
            "not renewed: ask again. Unknown parameters are ignored, a repeated one is 400."
        ),
        "security": [],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": form}},
        "responses": {
            "200": {"description": "OK", "headers": plain({**ECHO, **RATE_LIMIT}), "content": answer},
            **{
                str(status): {
                    "description": HTTPStatus(status).phrase,
                    "headers": plain({**ECHO, **named}),
                    "content": error,
                }
                for status, named in headers.items()
            },
        },
    }


def public_operation(
    name: str, summary: str, content: dict[str, Any], *, errors: tuple[int, ...], parameters: Any = ()
) -> dict[str, Any]:
    headers = plain(ECHO)
    refused = {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "headers": headers,
            "content": {"application/json": {"schema": ERROR}},
        }
        for status in errors
    }
    return {
        "operationId": name,
        "tags": [str(PUBLIC_TAG)],
        "summary": summary,
        "security": [],
        "parameters": list(parameters),
        "responses": {"200": {"description": "OK", "headers": headers, "content": content}, **refused},
    }
