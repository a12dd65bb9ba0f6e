"""A file that was only tried stands in nobody's way: the import itself makes all that the trial said it would."""

from importlib import import_module

import pytest
from django.db import connection

from programs.imports import ImportInfo
from programs.models import ImportRow
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.imports.loading import held, load, refused
from tests.imports.test_moving_in import BALANCES, opening
from tests.imports.test_purchases import AT, HEADER
from tests.unchanged import unchanged
from vouchers.services import validate_voucher

VOUCHERS = "code,value,customer_external_id\nOLD-1,25,7\nOLD-2,10,\nOLD-2,10,\nOLD-3,0,\n"
OPENINGS = BALANCES + "7,,,10,\n7,,,120,points\n8,,,5,\n8,,,5,\n8,,,0,\n"
FREE_KEYS = import_module("programs.migrations.0014_dry_runs_keep_no_keys").FREE_KEYS_OF_DRY_RUNS


def kept(brand: TenantInfo, info: ImportInfo) -> list[str]:
    """The states of all rows that are kept of an import."""
    with tenant_scope(brand.id, read_only=True):
        return sorted(ImportRow.objects.filter(batch_id=info.id).values_list("state", flat=True))


def counts(info: ImportInfo) -> tuple[int, int, int]:
    return (info.made, info.rows_repeated, info.rows_failed)


def test_vouchers_that_were_tried_are_made_by_the_import(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with unchanged(boreal):
        for _again in range(2):
            tried = load(aurora, VOUCHERS, "vouchers", dry_run=True)
            assert counts(tried) == (2, 1, 1)
            assert refused(aurora, tried) == [(5, "amount_not_positive")]
            assert kept(aurora, tried) == ["error"]
        made = load(aurora, VOUCHERS, "vouchers")
    assert counts(made) == (2, 1, 1)
    assert validate_voucher(tenant=aurora.id, code="OLD-2", store=store_of(aurora).id, amount_minor=9_900).valid
    for dry_run in (True, False):
        assert counts(load(aurora, VOUCHERS, "vouchers", dry_run=dry_run)) == (0, 3, 1)


def test_returns_that_were_tried_are_held_against_their_sales(
    shop: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("programs.imports.purchases.SALES_A_CHUNK", 2)
    monkeypatch.setattr("programs.imports.trial.RETURNS_A_LOOK", 2)
    load(shop, HEADER + f"OLD,{AT},50,centro,,,7,,,\n")
    sales = "".join(f"S{number},{AT},100,centro,,,N{number},,,\n" for number in range(4))
    back = [("S0", 120), ("S1", 60), ("OLD", 60), ("S1", 60), ("S2", 100), ("NONE", 10), ("OLD", 50)]
    returns = "".join(f"R{place},{AT},-{amount},centro,,,,,{of},\n" for place, (of, amount) in enumerate(back))
    with unchanged(boreal):
        for _again in range(2):
            tried = load(shop, HEADER + returns + sales, dry_run=True)
            assert set(kept(shop, tried)) == {"error", "settled"}
        made = load(shop, HEADER + returns + sales)
    assert sorted(refused(shop, tried)) == sorted(refused(shop, made))
    assert sorted(code for _line, code in refused(shop, made)) == [
        "purchase_not_found",
        "refund_exceeds_purchase",
        "refund_exceeds_purchase",
        "refund_exceeds_purchase",
    ]
    assert (counts(tried), tried.refunds, tried.rows_done) == (counts(made), made.refunds, made.rows_done)
    assert check_ledger(tenant=shop.id).ok


def test_balances_that_were_tried_are_given_by_the_import(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_customer(aurora, external_id="7")  # whose key is the same in the trial and after it
    with unchanged(boreal):
        for _again in range(2):
            tried = load(aurora, OPENINGS, "balances", mapping=opening(), dry_run=True)
            assert counts(tried) == (3, 1, 1)
            assert refused(aurora, tried) == [(6, "amount_not_positive")]
            assert kept(aurora, tried) == ["error"]
        assert (held(aurora, "7"), held(aurora, "8")) == (0, 0)
        made = load(aurora, OPENINGS, "balances", mapping=opening())
    assert counts(made) == (3, 1, 1)
    assert (held(aurora, "7"), held(aurora, "7", "points"), held(aurora, "8")) == (1_000, 120, 500)
    for dry_run in (True, False):
        assert counts(load(aurora, OPENINGS, "balances", mapping=opening(), dry_run=dry_run)) == (0, 4, 1)
    assert check_ledger(tenant=aurora.id).ok


def test_keys_that_earlier_trials_kept_are_set_free_and_those_of_imports_stay(aurora: TenantInfo) -> None:
    real = load(aurora, "code,value\nOLD-1,25\n", "vouchers")
    tried = load(aurora, "code,value\nOLD-2,10\n", "vouchers", dry_run=True)
    with tenant_scope(aurora.id):
        (row,) = ImportRow.objects.filter(batch_id=real.id)
        old = {"tenant_id": aurora.id, "batch_id": tried.id, "line": 2, "state": "made", "key": "voucher:OLD-2"}
        ImportRow.objects.create(**old, payload={"voucher": str(row.id), "value": 1_000})
        with connection.cursor() as cursor:
            cursor.execute(FREE_KEYS)
        assert list(ImportRow.objects.filter(undone_at__isnull=True).values_list("batch_id", flat=True)) == [real.id]
    both = load(aurora, "code,value\nOLD-1,25\nOLD-2,10\n", "vouchers")
    assert counts(both) == (1, 1, 0)
