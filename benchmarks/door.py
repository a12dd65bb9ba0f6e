"""The peer of our door: the least that a REST call of the Django REST framework is, and the sale's own statements.

A settings module and a WSGI application in one. No middleware; the key looked up by one statement; the body parsed;
then what `record_sale` says to the database, said by plain psycopg; an answer of a few fields. No checks, no rules, no
words, no protection against repeats: what it lacks is what our door is for, and the ratio is what that costs.
"""

import hashlib
import os
import pickle
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

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
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.brand import World
from benchmarks.sales import EARNED_MINOR, learn
from benchmarks.script import Line, say
from benchmarks.web import KNOWN

_KEY = "SELECT leads_to FROM tenancy_route WHERE kind = 'api_key' AND key = %s"
_own = threading.local()


class KeyByHash(BaseAuthentication):
    """The tenant of a key, by one statement."""

    def authenticate(self, request: Request) -> tuple[None, UUID]:
        """Raises AuthenticationFailed."""
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        connection = _connection()
        row = connection.execute(_KEY, [digest], prepare=True).fetchone()
        connection.commit()
        if row is None:
            raise AuthenticationFailed
        return None, row[0]


class BareSale(APIView):
    """`POST /sales`"""

    authentication_classes = [KeyByHash]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]

    def post(self, request: Request) -> Response:
        """Say the sale's statements for the customer with this phone, whom the peer knows by heart."""
        sale: Any = request.data
        customer = _BY_PHONE[sale["customer"]["phone"]]
        number = sale["external_id"]
        facts: dict[object, object] = {"customer": customer, "number_of_sale": number}
        say(_connection(), _LINES, facts, learn)
        answer = {"customer_id": str(customer), "external_id": number, "earned": EARNED_MINOR}
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
    _LINES: list[Line]
    _WORLD, _LINES = pickle.loads(Path(os.environ[KNOWN]).read_bytes())
    _BY_PHONE = dict(zip(_WORLD.phones, _WORLD.customers, strict=True))
    application = get_wsgi_application()
