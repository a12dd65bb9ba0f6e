"""No brand sees, changes or points at another's rows, in any table; and these tests would notice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection, models

from smartbis.tenancy.backend.schema import is_append_only
from smartbis.tenancy.catalogue import find_faults
from smartbis.tenancy.managers import TenantManager
from tests.contracts.isolation import (
    changed_from_outside,
    empty_tables,
    faults,
    pointing_across,
    seen_through_the_database,
    seen_through_the_managers,
    tenant_models,
)
from tests.contracts.world import World
from tests.database import as_owner

pytestmark = pytest.mark.django_db(transaction=True)
PLANTED = "purchases_purchase"


def test_no_brand_reaches_anothers_rows(worlds: tuple[World, World]) -> None:
    """One test, since two full brands are made for it: role, catalogue, each table by each belt, planted faults."""
    ours, theirs = (world.brand.id for world in worlds)
    assert empty_tables(ours) == []
    assert _role() == (False, False, 0)
    assert list(find_faults()) == []
    assert faults(seen_through_the_database, changed_from_outside, ours=ours, theirs=theirs) == []
    with as_owner(), _triggers_off():
        assert faults(seen_through_the_managers, pointing_across, ours=ours, theirs=theirs) == []
    _a_dropped_policy_is_noticed(ours, theirs)
    _a_disabled_protection_is_noticed(ours, theirs)
    _a_manager_without_its_filter_is_noticed(ours, theirs)
    _a_plain_foreign_key_is_noticed(ours, theirs)
    _a_missing_proof_of_the_tenant_is_noticed()
    assert list(find_faults()) == [], "every planted fault was mended"


def _role() -> tuple[bool, bool, int]:
    """Whether this login is a superuser, bypasses row-level security, and how many relations it owns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        is_superuser, bypasses = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        return is_superuser, bypasses, cursor.fetchone()[0]


@contextmanager
def _planted(plant: str, mend: str) -> Iterator[None]:
    """A fault in the database, for a moment."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(plant)
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(mend)


@contextmanager
def _triggers_off() -> Iterator[None]:
    tables = [model._meta.db_table for model in tenant_models() if is_append_only(model)]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER append_only')


def _a_dropped_policy_is_noticed(ours: UUID, theirs: UUID) -> None:
    role = f"{_owner()}_app"
    own = "tenant_id = (SELECT app_tenant())"
    with _planted(
        f'DROP POLICY tenant_only ON {PLANTED}; CREATE POLICY tenant_only ON {PLANTED} TO "{role}" USING (true)',
        f"DROP POLICY tenant_only ON {PLANTED};"
        f'CREATE POLICY tenant_only ON {PLANTED} TO "{role}" USING ({own}) WITH CHECK ({own})',
    ):
        assert any("purchases.Purchase" in each for each in _found(seen_through_the_database, ours, theirs))
        assert any(PLANTED in each for each in find_faults())


def _a_disabled_protection_is_noticed(ours: UUID, theirs: UUID) -> None:
    with _planted(
        f"ALTER TABLE {PLANTED} DISABLE ROW LEVEL SECURITY", f"ALTER TABLE {PLANTED} ENABLE ROW LEVEL SECURITY"
    ):
        assert any("purchases.Purchase" in each for each in _found(changed_from_outside, ours, theirs))
        assert any(PLANTED in each for each in find_faults())


def _a_manager_without_its_filter_is_noticed(ours: UUID, theirs: UUID) -> None:
    whole = TenantManager.get_queryset
    TenantManager.get_queryset = models.Manager.get_queryset  # type: ignore[method-assign]
    try:
        with as_owner():
            assert any("purchases.Purchase" in each for each in _found(seen_through_the_managers, ours, theirs))
    finally:
        TenantManager.get_queryset = whole  # type: ignore[method-assign]


def _a_plain_foreign_key_is_noticed(ours: UUID, theirs: UUID) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            f"WHERE conrelid = '{PLANTED}'::regclass AND contype = 'f' AND confrelid = 'tenancy_store'::regclass"
        )
        name, definition = cursor.fetchone()
    plain = "FOREIGN KEY (store_id) REFERENCES tenancy_store(id) DEFERRABLE INITIALLY DEFERRED"
    with _planted(
        f'ALTER TABLE {PLANTED} DROP CONSTRAINT "{name}"; ALTER TABLE {PLANTED} ADD CONSTRAINT "{name}" {plain}',
        f'ALTER TABLE {PLANTED} DROP CONSTRAINT "{name}"; ALTER TABLE {PLANTED} ADD CONSTRAINT "{name}" {definition}',
    ):
        with as_owner(), _triggers_off():
            assert any("purchases.Purchase.store" in each for each in _found(pointing_across, ours, theirs))
        assert any(name in each for each in find_faults())


def _a_missing_proof_of_the_tenant_is_noticed() -> None:
    """A store's only key leads to its tenant, a holder's only key to its customer: without it neither is anybody's."""
    for table in ("tenancy_store", "ledger_holder"):
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(format('DROP CONSTRAINT %%I', conname), ', '), "
                "string_agg(format('ADD CONSTRAINT %%I %%s', conname, pg_get_constraintdef(oid)), ', ') "
                "FROM pg_constraint o WHERE contype = 'f' AND conrelid = %s::regclass AND (SELECT bool_and(attnotnull) "
                "FROM pg_attribute WHERE attrelid = o.conrelid AND attnum = ANY (o.conkey))",
                [table],
            )
            dropped, added = cursor.fetchone()
        with _planted(f"ALTER TABLE {table} {dropped}", f"ALTER TABLE {table} {added}"):
            assert list(find_faults()) == [f"{table}: nothing proves that its tenant exists"]


def _owner() -> str:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def _found(sweep: Callable[[UUID, UUID], Iterator[str]], ours: UUID, theirs: UUID) -> list[str]:
    return faults(sweep, ours=ours, theirs=theirs)
