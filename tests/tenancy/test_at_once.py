"""Statements said at once: one transaction of their own, in one tenant's scope."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from smartbis.kernel.ids import new_id
from smartbis.tenancy.models import Store
from smartbis.tenancy.scope import Reading, TenantScopeConflict, at_once, tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = Reading("SELECT count(*) FROM tenancy_store", (), lambda rows: rows[0][0])
RENAME = "UPDATE tenancy_store SET name = %s WHERE tenant_id = %s RETURNING id"


def renamed(brand: TenantInfo, name: str) -> Reading[int]:
    return Reading(RENAME, (name, brand.id), len)


def names(brand: TenantInfo) -> set[str]:
    with tenant_scope(brand.id):
        return set(Store.objects.values_list("name", flat=True))


def test_it_is_kept_at_once_and_shows_one_tenant(aurora: TenantInfo, boreal: TenantInfo) -> None:
    before = names(boreal)
    assert at_once(aurora.id, renamed(aurora, "Praça"), renamed(boreal, "Stolen"), COUNT) == [2, 0, 2]
    assert race(lambda: names(aurora)) == [{"Praça"}], "committed"
    assert names(boreal) == before
    with pytest.raises(DatabaseError, match="tenant scope not set"):
        connection.cursor().execute("SELECT count(*) FROM tenancy_store")


def test_what_fails_takes_everything_with_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    before = names(aurora)
    broken = Reading("INSERT INTO tenancy_store (id, tenant_id) VALUES (%s, %s)", (new_id(), aurora.id), list)
    for readings in ((renamed(aurora, "Lost"), broken), (broken, renamed(aurora, "Lost"))):
        with pytest.raises(IntegrityError):
            at_once(aurora.id, *readings)
        assert names(aurora) == before
    assert at_once(boreal.id, COUNT) == [2], "the connection goes on working"


def test_within_a_transaction_it_is_a_part_of_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    before = names(aurora)
    with transaction.atomic():
        assert at_once(aurora.id, renamed(aurora, "Lost")) == [2]
        transaction.set_rollback(True)
    assert names(aurora) == before
    with tenant_scope(boreal.id), pytest.raises(TenantScopeConflict):
        at_once(aurora.id, COUNT)
