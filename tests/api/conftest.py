"""A caller with a key, and its answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from api.limits import BUCKETS
from api.shapes import Shape
from api.views import base
from smartbis.kernel.ids import new_id
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import create_api_key


@pytest.fixture(autouse=True)
def shown_as_the_framework_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer of these tests is compared with what its serializer makes of it."""

    def shown(shape: Shape, info: Any) -> Any:
        answer = shown_plainly(shape, info)
        assert json.dumps(answer, default=str) == json.dumps(shape.serializer.to_representation(info), default=str)
        return answer

    shown_plainly = base._shown
    monkeypatch.setattr(base, "_shown", shown)


class Caller:
    """Calls REST v1 with one key, JSON in and out, a fresh Idempotency-Key for each POST unless told otherwise."""

    def __init__(self, secret: str | None) -> None:
        self.client = Client(raise_request_exception=True)
        self.secret = secret

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        """The response of one call; `key` None sends no Idempotency-Key."""
        sent: dict[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret is not None:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        if method == "POST" and key is not None:
            sent["Idempotency-Key"] = key or str(new_id())
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = sent.pop("Content-Type", "application/json" if body is not None else "")
        return self.client.generic(method, f"/api/v1{path}", content, content_type=kind, headers=sent)

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.send("DELETE", path, **options)


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    BUCKETS._left.clear()


@pytest.fixture
def caller() -> Callable[..., Caller]:
    """Makes callers of a brand, with every scope unless some are named."""

    def make(brand: TenantInfo, *scopes: str) -> Caller:
        return Caller(create_api_key(tenant=brand.id, name="Caixa", scopes=scopes or None)[1])

    return make


@pytest.fixture
def api(aurora: TenantInfo, caller: Callable[..., Caller]) -> Caller:
    """Calls as Aurora."""
    return caller(aurora)


@pytest.fixture
def rival(boreal: TenantInfo, caller: Callable[..., Caller]) -> Caller:
    """Calls as Boreal."""
    return caller(boreal)
