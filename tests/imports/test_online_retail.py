"""A real purchase log: lines joined to sales, returns matched to what was bought, balances right to the penny."""

import gzip
import os
from itertools import islice
from pathlib import Path

import pytest
from django.core.management import call_command

from smartbis.customers.infos import CustomerDraft, Origin
from smartbis.customers.services import enrol_many
from smartbis.ledger.selectors import balances_of, check_ledger, liability
from smartbis.purchases.selectors import find_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import store_of
from tests.imports.independent import balances as independent
from tests.imports.loading import (
    RETAIL_HEADER,
    errors,
    held,
    load,
    make_gift_shop,
    noted,
    refused,
    take_back,
    zipped,
)
from tests.unchanged import unchanged

ROOT = Path(__file__).resolve().parents[2]
REAL = Path(os.environ.get("SMARTBIS_ONLINE_RETAIL", ROOT.parent / "shared" / "data" / "online_retail_2010.csv.gz"))

EXCERPT = "\n".join([
    RETAIL_HEADER,
    '1001,10A,"MUG, ""BLUE""",10,2009-12-01 09:02,2.5,501,United Kingdom',
    "1001,10A,\"MUG, \"\"BLUE\"\"\",10,2009-12-01 09:01,2.5,501,United Kingdom",  # identical lines are real
    "1001,POST,POSTAGE,1,2009-12-01 09:01,18.0,501,United Kingdom",
    "1002,10A,MUG BLUE,5,2009-12-02 10:00,2.1,501,United Kingdom",
    "1002,20B,LAMP,1,2009-12-02 10:00,19.99,501,United Kingdom",
    "C1003,10A,MUG BLUE,-3,2009-12-03 10:00,2.5,501,United Kingdom",  # same price first: of 1001
    "C1004,10A,MUG BLUE,-4,2009-12-04 10:00,9.99,501,United Kingdom",  # no such price: the newest, 1002
    "C1005,10A,MUG BLUE,-20,2009-12-05 10:00,2.5,501,United Kingdom",  # 17 of 1001, 1 of 1002, 2 of nothing
    "C1006,20B,LAMP,-1,2009-12-02 09:59,19.99,501,United Kingdom",  # before it was bought
    "C1007,20B,LAMP,-1,2009-12-06 10:00,19.99,502,United Kingdom",  # bought by somebody else
    "C1008,D,Discount,-1,2009-12-06 10:00,5.0,501,United Kingdom",
    "1009,ADJUST2,Adjustment,1,2009-12-06 10:00,300.0,501,United Kingdom",
    "1010,30C,PADS,1,2009-12-06 10:00,0.0,503,France",
    "1011,20B,LAMP,3,2010-07-01 10:00,0.03,503,France",
    "",
])  # fmt: skip


@pytest.fixture
def excerpt(tmp_path: Path) -> Path:
    path = tmp_path / "excerpt.csv.gz"
    path.write_bytes(zipped(EXCERPT))
    return path


def test_an_excerpt_is_loaded_as_the_shop_kept_it(gifts: TenantInfo, excerpt: Path) -> None:
    info = load(gifts, excerpt.read_bytes(), mapping="online-retail")
    assert (info.status, info.rows_total, info.rows_done) == ("done", 14, 14)
    assert refused(gifts, info) == [(14, "amount_not_positive")]
    assert noted(gifts, info) == [
        (4, "not_an_article"),
        (9, "return_partly_matched"),
        (10, "return_unmatched"),
        (11, "return_unmatched"),
        (12, "not_an_article"),
        (13, "not_an_article"),
    ]
    sale = find_purchase(tenant=gifts.id, store=store_of(gifts, "shop").id, external_id="1001")
    assert sale is not None
    assert (sale.amount_minor, len(sale.items), sale.refunded_minor) == (5000, 2, 5000)
    assert sale.occurred_at.isoformat() == "2009-12-01T09:01:00+00:00"
    assert sale.items[0].name == 'MUG, "BLUE"'
    summer = find_purchase(tenant=gifts.id, store=store_of(gifts, "shop").id, external_id="1011")
    assert summer is not None
    assert summer.occurred_at.isoformat() == "2010-07-01T09:00:00+00:00"
    # 1002: 10.50 of mugs and 19.99; all five mugs came back
    assert held(gifts, "501") == 610 - 210
    assert held(gifts, "503") == 2
    assert check_ledger(tenant=gifts.id).ok


def test_an_excerpt_comes_to_what_an_independent_calculation_says(gifts: TenantInfo, excerpt: Path) -> None:
    load(gifts, excerpt.read_bytes(), mapping="online-retail")
    expected, counts = independent(excerpt)
    assert {customer: held(gifts, customer) for customer in expected} == expected
    assert counts["sales"] == 3
    assert sum(each.available for each in liability(tenant=gifts.id)) == sum(expected.values())


def test_a_second_import_changes_nothing(gifts: TenantInfo, aurora: TenantInfo, excerpt: Path) -> None:
    load(gifts, excerpt.read_bytes(), mapping="online-retail")
    with unchanged(gifts, aurora, rooms=("customers", "purchases", "ledger", "vouchers")):
        again = load(gifts, excerpt.read_bytes(), mapping="online-retail")
    assert (again.made, again.refunds, again.rows_done) == (0, 0, 14)
    # lines of 1001 (with its postage), 1002, 1011, and the returns that found their sales
    assert again.rows_repeated == 3 + 2 + 1 + 3


def test_undo_leaves_nothing_and_the_file_can_be_loaded_again(gifts: TenantInfo, excerpt: Path) -> None:
    first = load(gifts, excerpt.read_bytes(), mapping="online-retail")
    before = held(gifts, "501")
    undone = take_back(gifts, first)
    assert undone.status == "undone"
    assert [held(gifts, customer) for customer in ("501", "503")] == [0, 0]
    assert find_purchase(tenant=gifts.id, store=store_of(gifts, "shop").id, external_id="1001") is None
    assert check_ledger(tenant=gifts.id).ok
    again = load(gifts, excerpt.read_bytes(), mapping="online-retail")
    assert (again.made, again.refunds, again.rows_repeated) == (first.made, first.refunds, 0)
    assert held(gifts, "501") == before
    assert check_ledger(tenant=gifts.id).ok


def test_an_error_row_comes_with_its_cells_as_they_were(gifts: TenantInfo, excerpt: Path) -> None:
    info = load(gifts, excerpt.read_bytes(), mapping="online-retail")
    (bad,) = errors(gifts, info)
    assert bad.cells == ("1010", "30C", "PADS", "1", "2009-12-06 10:00", "0.0", "503", "France")
    assert bad.sentence


def test_the_command_loads_the_file_and_takes_it_back(gifts: TenantInfo, excerpt: Path, capsys, tmp_path: Path) -> None:
    kept = tmp_path / "errors.csv"
    call_command("import_purchases", "gifts", str(excerpt), "--mapping", "online-retail", "--errors", str(kept))
    said = capsys.readouterr().out
    assert "done: 14 rows" in said
    assert kept.read_text().count("\n") == 1 + 1 + 6
    number = said.split()[1]
    call_command("import_purchases", "gifts", "--undo", number)
    assert held(gifts, "501") == 0


@pytest.mark.slow
@pytest.mark.takes_minutes
@pytest.mark.no_cover  # of what it runs through a million times, the excerpts count
@pytest.mark.skipif(not REAL.exists(), reason=f"the purchase log is absent: set SMARTBIS_ONLINE_RETAIL ({REAL.name})")
@pytest.mark.django_db(transaction=True)
def test_the_whole_log_comes_to_the_penny_twice_and_to_nothing_after_undo(tmp_path: Path) -> None:
    gifts = make_gift_shop()
    expected, counts = independent(REAL)
    info = load(gifts, REAL.read_bytes(), mapping="online-retail", filename=REAL.name)
    assert (info.rows_total, info.rows_done, info.rows_failed) == (402_701, 402_701, 0)
    assert info.made == counts["sales"]
    assert _held_by_all(gifts, expected) == expected
    assert check_ledger(tenant=gifts.id).ok
    again = load(gifts, REAL.read_bytes(), mapping="online-retail")
    assert (again.made, again.refunds) == (0, 0)
    assert _held_by_all(gifts, expected) == expected
    assert take_back(gifts, info).status == "undone"
    assert sum(each.available + each.owed + each.pending for each in liability(tenant=gifts.id)) == 0
    assert check_ledger(tenant=gifts.id).ok
    # what was undone can come again: a tenth of it shows what the whole would, in a tenth of the time
    tenth = tmp_path / "tenth.csv.gz"
    with gzip.open(REAL, "rt", encoding="utf-8") as whole:
        tenth.write_bytes(zipped("".join(islice(whole, 40_001))))
    expected, counts = independent(tenth)
    again = load(gifts, tenth.read_bytes(), mapping="online-retail")
    assert (again.made, again.rows_failed, again.rows_repeated) == (counts["sales"], 0, 0)
    assert _held_by_all(gifts, expected) == expected
    assert check_ledger(tenant=gifts.id).ok


def _held_by_all(brand: TenantInfo, expected: dict[str, int]) -> dict[str, int]:
    """What each customer can spend, by their number, and proof that nobody else holds anything."""
    drafts = [CustomerDraft(key=customer, external_id=customer) for customer in expected]
    with tenant_scope(brand.id):
        ids = enrol_many(tenant=brand.id, drafts=drafts, origin=Origin(channel="import"))
    assert not ids.new
    known = balances_of(tenant=brand.id, customers=list(ids.ids.values()))
    found = {customer: sum(each.available for each in known.get(ids.ids[customer], [])) for customer in expected}
    assert sum(found.values()) == sum(each.available for each in liability(tenant=brand.id))
    return found
