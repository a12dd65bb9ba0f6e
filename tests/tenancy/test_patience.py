"""A write that lost to a deadlock runs again, at every door, and its effect is there once."""

from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from smartbis.tenancy.once import TRIES, run_once
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import stores
from smartbis.tenancy.services import add_store

pytestmark = pytest.mark.django_db(transaction=True)


class Unlucky:
    """Adds a store, and loses its transaction the first `times`."""

    def __init__(self, tenant, times, cause=DeadlockDetected):
        self.tenant, self.times, self.cause, self.calls = tenant, times, cause, 0

    def __call__(self):
        self.calls += 1
        add_store(tenant=self.tenant, code="nova", name="Nova")
        if self.calls <= self.times:
            raise OperationalError from self.cause()
        return 201, f"{self.calls} calls"


def run(tenant, work, key="k"):
    return run_once(tenant=tenant, key=key, operation="test", fingerprint=b"f" * 32, work=work)


@pytest.mark.parametrize("cause", [DeadlockDetected, SerializationFailure])
def test_two_losses_and_then_success(aurora, cause):
    work = Unlucky(aurora.id, 2, cause)
    assert run(aurora.id, work).body == f"{TRIES} calls"
    assert run(aurora.id, work).replayed
    assert sorted(each.code for each in stores(tenant=aurora.id)) == ["centro", "moema", "nova"]


def test_it_gives_up(aurora):
    work = Unlucky(aurora.id, TRIES)
    with pytest.raises(OperationalError):
        run(aurora.id, work)
    assert work.calls == TRIES


def test_other_failures_go_up_at_once(aurora):
    work = Unlucky(aurora.id, 1, LockNotAvailable)
    with pytest.raises(OperationalError):
        run(aurora.id, work)
    assert work.calls == 1


@pytest.mark.parametrize("outer", [tenant_scope, lambda _: transaction.atomic()])
def test_inside_anothers_transaction_it_runs_once(aurora, outer):
    work = Unlucky(aurora.id, 1)
    with pytest.raises(OperationalError), outer(aurora.id):
        run(aurora.id, work, str(uuid4()))
    assert work.calls == 1
