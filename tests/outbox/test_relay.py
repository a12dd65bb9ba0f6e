"""The relay: every delivery has its effect once, whatever fails or dies on the way."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from smartbis.kernel.clock import frozen, now
from smartbis.outbox import relay, subscriptions
from smartbis.outbox.events import REGISTRY, Event, event
from smartbis.outbox.models import Delivery, WakeUp
from smartbis.outbox.models import Event as EventRow
from smartbis.outbox.selectors import dead_letters
from smartbis.outbox.services import publish, replay_dead
from smartbis.outbox.subscriptions import subscribe
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.models import AuditEntry
from smartbis.tenancy.scope import TenantScopeMissing, tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import record_audit
from tests.factories import actor, make_brand


@dataclass(frozen=True, kw_only=True)
class Rang(Event):
    """A bell rang; only these tests know it."""

    bell_id: UUID


@pytest.fixture
def heard() -> Iterator[list[UUID]]:
    """Two subscribers of `test.rang.v1`: one writes an audit row, one fails as often as `failures` says."""
    calls: list[UUID] = []
    event("test.rang.v1")(Rang)

    def on_rang(*, tenant: UUID, event: Rang) -> None:
        calls.append(tenant)
        record_audit(tenant=tenant, actor=actor(), action="bell.heard", object_id=event.bell_id)

    subscribe(Rang)(on_rang)
    yield calls
    REGISTRY.pop("test.rang.v1")
    for subscription in subscriptions._by_event.pop("test.rang.v1"):
        subscriptions._by_name.pop(subscription.name)


def heard_by(brand: TenantInfo) -> int:
    with tenant_scope(brand.id):
        return AuditEntry.objects.filter(action="bell.heard").count()


def test_publishing_outside_a_scope_is_refused(aurora: TenantInfo, heard: list[UUID]) -> None:
    with pytest.raises(TenantScopeMissing):
        publish(Rang(bell_id=aurora.id))


def test_nothing_is_owed_to_a_subscriber_that_does_not_want_it(
    aurora: TenantInfo, boreal: TenantInfo, heard: list[UUID]
) -> None:
    def is_own_bell(*, tenant: UUID, event: Rang) -> bool:
        return event.bell_id == tenant

    def on_own_rang(*, tenant: UUID, event: Rang) -> None:
        record_audit(tenant=tenant, actor=actor(), action="own bell.heard", object_id=event.bell_id)

    subscribe(Rang, wanted=is_own_bell)(on_own_rang)
    for brand in (aurora, boreal):
        with tenant_scope(brand.id):
            publish(Rang(bell_id=aurora.id))
            owed = Delivery.objects.filter(subscriber__endswith="on_own_rang").count()
            assert owed == (1 if brand is aurora else 0)
        drain_queue("relay")
    with tenant_scope(aurora.id):
        assert AuditEntry.objects.filter(action="own bell.heard").count() == 1


def test_a_delivery_reaches_its_subscriber_once_and_in_its_own_tenant(
    aurora: TenantInfo, boreal: TenantInfo, heard: list[UUID]
) -> None:
    with tenant_scope(aurora.id):
        publish(Rang(bell_id=aurora.id))
    drain_queue("relay")
    drain_queue("relay")
    assert heard == [aurora.id]
    assert (heard_by(aurora), heard_by(boreal)) == (1, 0)
    assert WakeUp.objects.filter(owner=aurora.id, due_at__lte=now()).count() == 0


def test_a_rolled_back_fact_was_never_published(aurora: TenantInfo, heard: list[UUID]) -> None:
    def fail_after_publishing() -> None:
        with tenant_scope(aurora.id):
            publish(Rang(bell_id=aurora.id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_publishing()
    with tenant_scope(aurora.id):
        assert not EventRow.objects.filter(name="test.rang.v1").exists()
    drain_queue("relay")
    assert heard == []


def test_a_failing_subscriber_is_rolled_back_tried_again_and_buried(aurora: TenantInfo, heard: list[UUID]) -> None:
    def fail(*, tenant: UUID, event: Rang) -> None:
        record_audit(tenant=tenant, actor=actor(), action="bell.heard", object_id=event.bell_id)
        raise RuntimeError("deaf\nDETAIL:  Failing row contains (Marina Souza)")

    (subscription,) = subscriptions.subscriptions_to("test.rang.v1")
    broken = subscriptions.Subscription(subscription.name, Rang, "relay", fail)
    subscriptions._by_name[subscription.name] = broken
    with tenant_scope(aurora.id):
        publish(Rang(bell_id=aurora.id))
    instant = now()
    for attempt in range(relay.MAX_ATTEMPTS):
        with frozen(instant + timedelta(hours=attempt)):
            drain_queue("relay")
    assert heard_by(aurora) == 0, "what a failing subscriber wrote is rolled back"
    (letter,) = dead_letters(tenant=aurora.id)
    assert (letter.attempts, letter.last_error) == (relay.MAX_ATTEMPTS, "RuntimeError: deaf"), "no row is shown"
    subscriptions._by_name[subscription.name] = subscription
    assert replay_dead(tenant=aurora.id) == 1
    drain_queue("relay")
    assert heard_by(aurora) == 1
    assert dead_letters(tenant=aurora.id) == []


@pytest.mark.django_db(transaction=True)
def test_rival_relays_have_one_effect_each(heard: list[UUID]) -> None:
    brand = make_brand("aurora", "Café Aurora")
    for _ in range(30):
        with tenant_scope(brand.id):
            publish(Rang(bell_id=brand.id))

    def work() -> None:
        try:
            for _ in range(3):
                relay.relay_deliveries(tenant=brand.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert heard_by(brand) == 30
    with tenant_scope(brand.id):
        assert Delivery.objects.filter(subscriber__contains="on_rang").exclude(status="done").count() == 0


_KILLED = """
import os, sys, signal
import tests.environment
os.environ["DJANGO_SETTINGS_MODULE"] = "smartbis.settings"
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from uuid import UUID
from smartbis.outbox import relay
from smartbis.outbox.events import event
from smartbis.outbox.subscriptions import subscribe
from smartbis.tenancy.services import record_audit
from tests.factories import actor
from tests.outbox.test_relay import Rang
event("test.rang.v1")(Rang)
count = 0
def on_rang(*, tenant, event):
    global count
    record_audit(tenant=tenant, actor=actor(), action="bell.heard", object_id=event.bell_id)
    count += 1
    if count == 5:
        os.kill(os.getpid(), signal.SIGKILL)
on_rang.__module__ = "tests.outbox.test_relay"
subscribe(Rang)(on_rang)
relay.relay_deliveries(tenant=UUID(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_relay_killed_in_the_middle_loses_and_doubles_nothing(heard: list[UUID]) -> None:
    """A real process is killed with SIGKILL inside its fifth delivery, after the effect and before the commit."""
    brand = make_brand("aurora", "Café Aurora")
    for _ in range(12):
        with tenant_scope(brand.id):
            publish(Rang(bell_id=brand.id))
    name = connection.settings_dict["NAME"]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(name), str(brand.id)], env={**os.environ, "PYTHONPATH": "."}, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert heard_by(brand) == 4, "four were committed, the fifth died with its worker"
    drain_queue("relay")
    assert heard_by(brand) == 4, "the rest is under the dead worker's lease"
    with frozen(now() + timedelta(seconds=relay.LEASE_SECONDS + 1)):
        drain_queue("relay")
    assert heard_by(brand) == 12
    with tenant_scope(brand.id):
        attempts = Delivery.objects.filter(subscriber__contains="on_rang").values_list("attempts", flat=True)
        assert sorted(attempts) == [1] * 4 + [2] * 8
