"""The ledger over REST: closed days in pages, and the check of everything, each for its own brand only."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from smartbis.kernel.clock import frozen
from smartbis.ledger import closing
from smartbis.ledger import differences as adding
from smartbis.ledger.closes import closes
from smartbis.ledger.figures import Day, Figures, day_hash
from smartbis.ledger.models import HolderBalance
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.dashboard.desk import sell, with_program
from tests.factories import make_brand, make_customer
from tests.ledger.waiting import close_until

NOON = datetime(2026, 11, 3, 15, tzinfo=UTC)
Brands = tuple[TenantInfo, TenantInfo]


@pytest.fixture
def closed() -> Brands:
    """Two brands with a sale each and four closed days."""
    brands = make_brand("aurora", "Café Aurora"), make_brand("boreal", "Clube Boreal")
    for each, amount in zip(brands, (10_000, 77_700), strict=True):
        with frozen(NOON):
            with_program(each)
            sell(each, make_customer(each).id, amount, occurred_at=NOON)
        close_until(each, NOON + timedelta(days=4))
    return brands


@pytest.mark.django_db(transaction=True)
def test_closed_days_come_in_pages_with_all_that_their_hash_covers(
    closed: Brands, caller: Callable[..., Caller]
) -> None:
    brand, _ = closed
    api = caller(brand, "reports:read")
    first = api.get("/reports/daily-closes?limit=3").json()
    rest = api.get(first["next"].partition("/api/v1")[2]).json()
    days = first["results"] + rest["results"]
    assert ([each["day"][-2:] for each in days], rest["next"]) == (["06", "05", "04", "03"], None)
    assert (days[-1]["figures"][0]["issued"], days[0]["figures"][0]["closing"]) == (2_000, 2_000)
    for each in days:
        span = [datetime.fromisoformat(each[name]) for name in ("since", "until")]
        assert each["hash"] == day_hash(
            tenant=brand.id,
            day=Day(date.fromisoformat(each["day"]), *span),
            figures=[Figures(**figures) for figures in each["figures"]],
            digest=each["transfers_digest"],
            previous=each["previous_hash"],
        )
    problem(api.get("/reports/daily-closes?cursor=x"), 400, "cursor_invalid", "cursor")


@pytest.mark.django_db(transaction=True)
def test_each_brand_has_its_own_check(closed: Brands, caller: Callable[..., Caller]) -> None:
    brand, other = closed
    with tenant_scope(brand.id):
        HolderBalance.objects.update(available=2_001)
        customer = HolderBalance.objects.get().holder.customer_id
    api, rival = caller(brand, "reports:read"), caller(other, "reports:read")
    check = api.get("/reports/ledger-check").json()
    assert (check["ok"], check["holders"], check["transfers"], check["differing"]) == (False, 1, 1, 1)
    assert check["differences"] == [
        {
            "kind": "balance",
            "id": None,
            "customer_id": str(customer),
            "unit": "BRL",
            "part": "available",
            "kept": 2_001,
            "counted": 2_000,
        }
    ]
    assert check["closed_days"] == {"ok": True, "days": 4, "recounted": 4, "first_bad": None, "problem": ""}
    (row,) = csv.DictReader(io.StringIO(api.get("/reports/ledger-check", Accept="text/csv").content.decode()))
    assert (row["kind"], row["kept"], row["counted"]) == ("balance", "2001", "2000")
    check = rival.get("/reports/ledger-check").json()
    assert (check["ok"], check["differences"], check["closed_days"]["days"]) == (True, [], 4)
    assert {each["hash"] for each in rival.get("/reports/daily-closes").json()["results"]} == {
        each.hash for each in closes(tenant=other.id).items
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("module", "name"), [(adding, "SUMS"), (closing, "DIGEST")])
def test_a_ledger_too_large_for_a_call_is_said(
    closed: Brands, caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    cut_short = "SELECT set_config('statement_timeout', '50ms', true), %(tenant)s; SELECT pg_sleep(0.3)"
    monkeypatch.setattr(module, name, cut_short)
    problem(caller(closed[0], "reports:read").get("/reports/ledger-check"), 503, "ledger_too_large")


@pytest.mark.parametrize("path", ["daily-closes", "ledger-check"])
def test_reading_the_ledger_needs_the_scope_of_reports(
    aurora: TenantInfo, caller: Callable[..., Caller], path: str
) -> None:
    problem(caller(aurora, "customers:read").get(f"/reports/{path}"), 403, "scope_missing")
