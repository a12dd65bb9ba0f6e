"""What only machines post, answered before all that only people need."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]
_MACHINES = "/webhooks/"


class MachineDoorMiddleware:
    """Answers `/webhooks/` itself: without session, language, staff, cookies and pages' headers.

    Meta posts hundreds of times a second and waits for each answer. Stands below what every answer needs (an id, the
    transport's headers). An address that is none goes on to the others.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_MACHINES):
            return self.get_response(request)
        try:
            found = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        with translation.override(settings.LANGUAGE_CODE):
            answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return answer
