"""A browser at a brand's portal, and the codes that were sent."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from messaging.services import queue_sign_in_code
from portal.cookies import keep_session
from portal.services import challenges
from portal.services.sessions import open_session
from smartbis.customers.infos import CustomerInfo
from smartbis.tenancy.models import Tenant
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo


class Post:
    """The codes that were handed to messaging, the newest last."""

    def __init__(self) -> None:
        self.sent: list[tuple[UUID, str, str]] = []

    def __call__(self, *, tenant: UUID, phone: str, code: str, challenge: UUID) -> Any:
        self.sent.append((tenant, phone, code))
        return queue_sign_in_code(tenant=tenant, phone=phone, code=code, challenge=challenge)

    @property
    def code(self) -> str:
        """The newest code."""
        return self.sent[-1][2]

    @property
    def wrong_code(self) -> str:
        """A code that was not sent."""
        return "000000" if self.code != "000000" else "111111"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """Watch the codes go by."""
    post = Post()
    monkeypatch.setattr(challenges, "queue_sign_in_code", post)
    return post


@pytest.fixture
def enter() -> Callable[[TenantInfo, CustomerInfo], Client]:
    """Browsers that are signed in."""

    def signed_in(brand: TenantInfo, customer: CustomerInfo) -> Client:
        from django.http import HttpResponse

        client, response = Client(), HttpResponse()
        keep_session(response, brand.slug, open_session(tenant=brand.id, customer=customer.id))
        client.cookies.update({name: morsel for name, morsel in response.cookies.items() if morsel.value})
        return client

    return signed_in


@pytest.fixture
def as_suspended() -> Callable[[TenantInfo], None]:
    """Suspend a brand, as the platform's staff do."""

    def suspend(brand: TenantInfo) -> None:
        with tenant_scope(brand.id):
            Tenant.objects.filter(id=brand.id).update(status=Tenant.Status.SUSPENDED)

    return suspend
