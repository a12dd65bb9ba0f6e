"""What every call has in common: its caller, its key for repeats, its pages."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import ApiRequest
from api.rendering import json_text
from api.serializers.base import PageQuery
from api.shapes import Doubtful, Shape
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.pages import InvalidCursor, Page
from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import KeyMissing
from smartbis.tenancy.once import fingerprint_of, patiently, run_once
from smartbis.tenancy.scope import Reading
from smartbis.tenancy.selectors import ApiKeyInfo, TenantInfo

T = TypeVar("T")
Work = Callable[[], tuple[int, Any]]
KEY_HEADER = "Idempotency-Key"
_JSON = "application/json"


class WrittenResponse(Response):
    """An answer that is JSON already, as it was kept."""

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(status=status, content_type=_JSON)
        self._text = text

    @property
    def rendered_content(self) -> str:
        """The text as it goes out."""
        self["Content-Type"] = _JSON
        return self._text


class ApiView(APIView):
    """A call of a tenant's key. `scopes` names the scope that each method needs."""

    scopes: ClassVar[Mapping[str, str]] = {}
    metadata_class = None
    request: ApiRequest

    @property
    def brand(self) -> TenantInfo:
        """The tenant whose key calls."""
        return self.request.brand

    @property
    def tenant(self) -> UUID:
        """The tenant's id."""
        return self.brand.id

    @cached_property
    def actor(self) -> Actor:
        """The key as one who acts."""
        return cast(Actor, self.request.user)

    @property
    def key(self) -> ApiKeyInfo:
        """The key that calls."""
        return cast(ApiKeyInfo, self.request.auth)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not all(value.isprintable() for value in kwargs.values() if isinstance(value, str)):
            raise Http404
        for name, value in request.query_params.dict().items():
            if "\0" in name or "\0" in value or not (name + value).isprintable():
                raise InvalidInput({name if name.isprintable() else "query": ["Control characters are not taken."]})

    def parsed(self, serializer: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """The checked body. Raises the framework's ValidationError."""
        return checked(serializer, self.request.data)

    def asked(self, serializer: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """The checked query. Raises the framework's ValidationError."""
        return checked(serializer, self.request.query_params.dict())

    def once(self, work: Work, *, fingerprint: Any = None, reading: Sequence[Reading[Any]] = ()) -> Response:
        """Answer a call that moves value: at most once per Idempotency-Key. Raises KeyMissing without one.

        `reading` is what the work is sure to read.
        """
        return self._keyed(self.request.headers.get(KEY_HEADER, "").strip(), work, fingerprint, reading)

    def perhaps_once(self, work: Work, *, fingerprint: Any = None) -> Response:
        """Answer a write that moves no value: at most once if the caller sent a key."""
        key = self.request.headers.get(KEY_HEADER)
        if key is None:
            status, body = patiently(work)
            return Response(body, status=status)
        return self._keyed(key.strip(), work, fingerprint)

    def require_key(self) -> None:
        """Raise KeyMissing before the body is looked at."""
        if not self.request.headers.get(KEY_HEADER, "").strip():
            raise KeyMissing

    def _keyed(self, key: str, work: Work, fingerprint: Any, reading: Sequence[Reading[Any]] = ()) -> Response:
        operation = f"{self.request.method} {self.request.path}"
        content = self.request.data if fingerprint is None else fingerprint

        def as_text() -> tuple[int, str]:
            status, body = work()
            return status, json_text(body)  # kept as text, so that a repeat gives the same bytes

        once = run_once(
            tenant=self.tenant,
            key=key,
            operation=operation[:80],
            fingerprint=fingerprint_of(operation, content),
            work=as_text,
            reading=reading,
        )
        response = WrittenResponse(once.body, status=once.status)
        if once.replayed:
            response["Idempotent-Replayed"] = "true"
        return response

    def page(
        self,
        read: Callable[[str | None, int], Page[T]],
        render: type[serializers.BaseSerializer[Any]] | Callable[[T], Any],
    ) -> Response:
        """One page of a list: `read(cursor, limit)` rendered, and the address of the next."""
        query = self.asked(PageQuery)
        cursor = query.get("cursor")
        try:
            page = read(cursor, query["limit"])
        except (ValueError, ValidationError, DataError) as error:
            if cursor is None or isinstance(error, InvalidInput):
                raise
            raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
        if isinstance(render, type) and issubclass(render, serializers.BaseSerializer):
            results = rendered(render, page.items, many=True)
        else:
            shape = cast(Callable[[T], Any], render)
            results = [shape(item) for item in page.items]
        return Response({"results": results, "next": self._next(page.next_cursor)})

    def _next(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")


def checked(serializer: type[serializers.BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    """What the serializer makes of `data`. Raises the framework's ValidationError."""
    shape = _shape(serializer)
    try:
        return cast(dict[str, Any], shape.take(data))
    except Doubtful:
        return cast(dict[str, Any], shape.serializer.run_validation(data))


def rendered(serializer: type[serializers.BaseSerializer[Any]], info: Any, *, many: bool = False) -> Any:
    """An answer as values that JSON can hold."""
    shape = _shape(serializer)
    return [_shown(shape, each) for each in info] if many else _shown(shape, info)


def _shown(shape: Shape, info: Any) -> Any:
    try:
        return shape.show(info)
    except Doubtful:
        return shape.serializer.to_representation(info)


_SHAPES: dict[Any, Shape] = {}


def _shape(serializer: type[serializers.BaseSerializer[Any]]) -> Shape:
    """One instance for all, and its plain functions: making one costs more than reading what is sent.

    Neither reading nor rendering leaves anything in it, and ours know nothing of the request.
    """
    found = _SHAPES.get(serializer)
    return _SHAPES.setdefault(serializer, Shape.of(serializer())) if found is None else found
