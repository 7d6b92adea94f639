"""The documented base paths reach the same views: the path is made canonical before anything looks at it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from astrapay_portal.api_urls import canonical


class CanonicalPath:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.path_info = canonical(request.path_info)
        return self.get_response(request)
