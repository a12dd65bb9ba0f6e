"""The scope and the manager: without one nothing is seen, within one only its own tenant."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from smartbis.tenancy.models import Store
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import TenantScopeConflict, TenantScopeMissing, read, tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import coupon_of, issued
from vouchers.models import Voucher


def test_the_manager_refuses_to_work_without_a_scope(aurora: TenantInfo) -> None:
    for use in (
        Store.objects.count,
        Store.objects.exists,
        Store.objects.first,
        lambda: list(Store.objects.all()),
    ):
        with pytest.raises(TenantScopeMissing):
            use()
    with pytest.raises(TenantScopeMissing):
        Store.objects.bulk_create([])


def test_raw_sql_without_a_scope_is_an_error_and_not_an_empty_answer(aurora: TenantInfo) -> None:
    with pytest.raises(DatabaseError, match="tenant scope not set"), transaction.atomic():
        connection.cursor().execute("SELECT count(*) FROM tenancy_store")


def test_a_scope_shows_its_own_tenant_only(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with tenant_scope(aurora.id):
        assert {store.tenant_id for store in Store.objects.all()} == {aurora.id}
        assert Store.unscoped.count() == 2, "the database itself hides the other brand"


def test_a_queryset_carried_out_of_its_scope_fails(aurora: TenantInfo) -> None:
    with tenant_scope(aurora.id):
        carried = Store.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        list(carried)


def test_an_inner_scope_of_another_tenant_is_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with tenant_scope(aurora.id), pytest.raises(TenantScopeConflict), tenant_scope(boreal.id):
        pass


def test_the_database_refuses_a_row_for_another_tenant(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with (
        tenant_scope(aurora.id),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Store.objects.create(tenant_id=boreal.id, code="x", name="x")


def test_a_read_only_scope_refuses_writes(aurora: TenantInfo) -> None:
    with pytest.raises(DatabaseError, match="read-only"), tenant_scope(aurora.id, read_only=True):
        Store.objects.update(name="x")


def test_what_is_remembered_only_in_reading_is_asked_anew_where_something_may_change(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    def names(brand: TenantInfo) -> list[str]:
        return [row.name for row in read(rows_reading(Store, brand.id, "ORDER BY row.id", name="names"))]

    with tenant_scope(aurora.id):
        before = names(aurora)
        Store.objects.update(name="Loja Nova")
        assert names(aurora) == ["Loja Nova"] * len(before)
    with tenant_scope(boreal.id, read_only=True):
        assert "Loja Nova" not in names(boreal)
        with CaptureQueriesContext(connection) as asked:
            names(boreal)
        assert len(asked) == 0


def test_rows_of_a_fixed_statement_are_those_of_the_manager(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon = coupon_of(aurora, stores=(store_of(aurora).id,), weekdays=(1, 2))
    issued(aurora, coupon, make_customer(aurora))
    issued(boreal, coupon_of(boreal), make_customer(boreal))
    with tenant_scope(aurora.id, read_only=True):
        (row,) = read(rows_reading(Voucher, aurora.id, "AND row.status = %s", ("issued",), joined=("coupon",)))
        same = Voucher.objects.select_related("coupon").get()
        for ours, theirs in ((row, same), (row.coupon, same.coupon)):
            assert {**vars(ours), "_state": None} == {**vars(theirs), "_state": None}
        assert not row._state.adding
        assert read(rows_reading(Voucher, boreal.id)) == [], "the database hides the other brand"
