"""Reports over REST: figures with their period, and the same as CSV."""

import csv
import io

import pytest

from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.api.test_purchases import cashback, sale

__all__ = ["cashback"]  # a fixture


def test_the_return_report_counts_what_was_sold(cashback: None, api: Caller) -> None:
    for number in range(2):
        api.post("/purchases", sale(number))
    report = api.get("/reports/returns").json()
    assert (report["sales"], report["amount_minor"], report["buyers"]) == (2, 25980, 1)
    assert len(report["by_day"]) == 30
    assert {row["store"]: row["sales"] for row in report["by_store"]} == {"centro": 2, "moema": 0}
    rows = list(csv.DictReader(io.StringIO(api.get("/reports/returns", Accept="text/csv").content.decode())))
    assert len(rows) == 30
    assert sum(int(row["amount_minor"]) for row in rows) == 25980
    assert api.get("/reports/returns?store=moema").json()["sales"] == 0


def test_the_liability_report_is_what_customers_hold(cashback: None, api: Caller) -> None:
    api.post("/purchases", sale())
    (row,) = api.get("/reports/liability").json()["liability"]
    assert (row["unit"], row["available"], row["holders"]) == ("BRL", 2598, 1)
    answer = api.get("/reports/liability", Accept="text/csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode().splitlines()[0].startswith("unit,available")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-01-01", "until"),
        ("since=2026-02-01&until=2026-01-01", "since"),
        ("since=2020-01-01&until=2026-01-01", "since"),
        ("since=0001-01-01&until=0001-01-02", "since"),
        ("since=9999-12-01&until=9999-12-31", "until"),
        ("since=x&until=2026-01-01", "since"),
    ],
)
def test_a_period_that_cannot_be_is_400(api: Caller, query: str, field: str) -> None:
    problem(api.get(f"/reports/returns?{query}"), 400, "invalid", field)
    problem(api.get(f"/reports/returns?{query}", Accept="text/csv"), 400, "invalid", field)


def test_an_unknown_store_is_400(api: Caller) -> None:
    problem(api.get("/reports/returns?store=nowhere"), 400, "store_unknown", "store")


def test_the_liability_says_how_old_it_is(cashback: None, api: Caller, rival: Caller) -> None:
    api.post("/purchases", sale())
    report = api.get("/reports/liability").json()
    (row,) = report["liability"]
    assert (row["total"], row["value_minor"], row["age_0_30"], row["age_over_365"]) == (2598, 2598, 2598, 0)
    assert [each["months_ago"] for each in report["use"]] == list(range(1, 13))
    assert all(each["used_bp"] is None for each in report["use"]), "too little history"
    assert rival.get("/reports/liability").json()["liability"] == []
