"""The peer of our door: the least that a REST call of the Django REST framework is, and our call's own statements.

A settings module and a WSGI application in one. No middleware; the body parsed; then what our call says to the
database from the key to the kept answer, in the same transactions and round trips, by plain psycopg; an answer of a few
fields. No checks, no rules, no words: what it lacks is what our door is for, and the ratio is what that costs.
"""

import os
import pickle
import threading
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(
        SECRET_KEY=os.urandom(16).hex(),
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["rest_framework"],
        MIDDLEWARE=[],
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
    )
    import django

    django.setup()

from django.core.wsgi import get_wsgi_application
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.brand import World
from benchmarks.sales import EARNED_MINOR, Buyers, learn
from benchmarks.script import say
from benchmarks.web import KNOWN
from smartbis.kernel.collecting import collect_rarely

_own = threading.local()


class BareSale(APIView):
    """`POST /sales`"""

    authentication_classes = ()
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]

    def post(self, request: Request) -> Response:
        """Say the call's statements for the customer with this phone, whom the peer knows by heart."""
        sale: Any = request.data
        number = sale["external_id"]
        facts = _BUYERS.facts(sale["customer"]["phone"], number)
        say(_connection(), _BUYERS.lines, facts, learn)
        answer = {"customer_id": str(facts["customer"]), "external_id": number, "earned": EARNED_MINOR}
        return Response(answer, status=201)


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_own, "connection"):
        _own.connection = _WORLD.database.as_app()
    found: psycopg.Connection[Any] = _own.connection
    return found


def health(request: HttpRequest) -> HttpResponse:
    """Here."""
    return HttpResponse("ok")


urlpatterns = [path("sales", BareSale.as_view()), path("healthz", health)]

if KNOWN in os.environ:
    _WORLD: World
    _BUYERS: Buyers
    _WORLD, _BUYERS = pickle.loads(Path(os.environ[KNOWN]).read_bytes())
    application = get_wsgi_application()
    collect_rarely()
