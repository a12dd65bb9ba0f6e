"""What messages cost over REST: a month by kind and currency, as CSV too, and what a sending would cost."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from messaging.services import load_rates
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.messaging.conftest import Line, graph, line, network
from tests.messaging.test_costs import FREE, HEAD, OWNER, told

__all__ = ["graph", "line", "network"]  # fixtures

AT = datetime(2026, 10, 10, 15, tzinfo=UTC)
MONTH = "/reports/message-costs?month=2026-10"


def test_a_month_by_category_and_template(line: Line, api: Caller, rival: Caller) -> None:
    told(line, AT)
    told(line, AT + timedelta(days=1), pricing=FREE)
    told(line, AT + timedelta(days=2), pricing=None)
    report = api.get(MONTH).json()
    assert report["month"] == "2026-10"
    utility = {"by": "category", "key": "utility", "messages": 2, "billed": 2, "untold": 1}
    free = {"by": "category", "key": "utility", "messages": 1, "billed": 0, "untold": 0}
    assert [each for each in report["lines"] if each["by"] == "category"] == [
        free | {"currency": "", "micros": 0, "estimated_micros": 0},
        utility | {"currency": "USD", "micros": 13_600, "estimated_micros": 6_800},
    ]
    assert {each["key"] for each in report["lines"] if each["by"] == "template"} == {"welcome"}
    assert {each["category"] for each in report["rates"]} == {"marketing", "utility", "authentication", "service"}
    assert rival.get(MONTH).json()["lines"] == []


def test_the_lines_as_a_file(line: Line, api: Caller) -> None:
    told(line, AT)
    rows = list(csv.DictReader(io.StringIO(api.get(MONTH, Accept="text/csv").content.decode())))
    assert [(row["by"], row["key"], row["micros"]) for row in rows] == [
        ("category", "utility", "6800"),
        ("template", "welcome", "6800"),
    ]


def test_an_estimate_goes_by_the_brands_own_card(line: Line, api: Caller, rival: Caller) -> None:
    card = (HEAD + "2026-01-01,BR,marketing,BRL,0.30,contrato").encode()
    load_rates(tenant=line.tenant, content=card, actor=OWNER)
    asked = "/reports/message-costs/estimate?category=marketing&messages=1000"
    ours = api.get(asked).json()
    assert (ours["messages"], ours["micros"]) == (1000, 300_000_000)
    assert (ours["rate"]["currency"], ours["rate"]["source"]) == ("BRL", "contrato")
    assert rival.get(asked).json()["micros"] == 62_500_000
    unknown = api.get("/reports/message-costs/estimate?category=authentication_international&messages=2").json()
    assert (unknown["micros"], unknown["rate"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("category=offers&messages=1", "category"),
        ("category=utility", "messages"),
        ("category=utility&messages=0", "messages"),
    ],
)
def test_what_cannot_be_estimated_is_400(api: Caller, query: str, field: str) -> None:
    problem(api.get(f"/reports/message-costs/estimate?{query}"), 400, "invalid", field)


def test_a_month_that_is_none_is_400(api: Caller) -> None:
    problem(api.get("/reports/message-costs?month=2026-13"), 400, "invalid", "month")


def test_a_key_without_the_scope_reads_nothing(aurora, caller) -> None:
    assert caller(aurora, "customers:read").get(MONTH).status_code == 403
