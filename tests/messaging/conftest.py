"""A brand with a live channel towards a scripted Graph API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from messaging.infos import ChannelInfo
from messaging.services import connect_channel, sync_templates
from messaging.whatsapp.guard import tolerating_test_transaction
from smartbis.customers.infos import ConsentGiven, CustomerInfo, Origin
from smartbis.customers.services import enrol_customer
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging import graph as fake

APP_SECRET = "app-secret"
VERIFY_TOKEN = "verify-me"


@pytest.fixture
def graph(settings: Any) -> Iterator[fake.FakeGraph]:
    """The scripted Graph API, as the settings name it."""
    with fake.running() as server:
        settings.WHATSAPP_GRAPH_URL = server.url
        yield server


@pytest.fixture
def network(db: None) -> Iterator[None]:
    """The test case's own transaction does not count as one that is open."""
    with tolerating_test_transaction(len(connection.atomic_blocks)):
        yield


@dataclass(frozen=True)
class Line:
    """A brand's live channel."""

    tenant: Any
    channel: ChannelInfo


def open_line(brand: TenantInfo, number: str = "100200300") -> Line:
    """A live channel with every template approved."""
    channel = connect_channel(
        tenant=brand.id,
        phone_number_id=number,
        waba_id=f"9{number}",
        token=f"token-of-{brand.slug}",
        app_secret=f"{APP_SECRET}-{brand.slug}",
        verify_token=VERIFY_TOKEN,
        display_name=brand.name,
        display_phone_number="+55 11 95555-0000",
        actor=Actor(kind="staff", role="owner"),
    )
    sync_templates(tenant=brand.id, channel=channel.id)
    return Line(brand.id, channel)


@pytest.fixture
def line(aurora: TenantInfo, graph: fake.FakeGraph, network: None) -> Line:
    """Aurora's channel."""
    return open_line(aurora)


def enrol(
    tenant: Any,
    phone: str | None = "11987654821",
    *,
    name: str = "Ana Souza",
    utility: bool = True,
    marketing: bool = False,
    **identities: Any,
) -> CustomerInfo:
    """A customer who agreed to what is said."""
    return enrol_customer(
        tenant=tenant,
        name=name,
        phone=phone,
        consents=ConsentGiven(utility=utility, marketing=marketing, text_version="1"),
        origin=Origin(channel="counter", actor=SYSTEM),
        **identities,
    )
