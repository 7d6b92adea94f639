"""Whether this process could serve a page, for whoever starts it, checks its container or sends it traffic."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse


class Health:
    """Answers `/healthz` before anybody asks which host was meant: a probe knows none of ALLOWED_HOSTS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz() if request.path_info == "/healthz" else self.get_response(request)


def healthz() -> HttpResponse:
    """200 when the process reaches the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return HttpResponse("no database", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")
