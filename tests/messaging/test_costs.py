"""What messages cost: cards by day, country and category, and what Meta says was billed."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from messaging.errors import RatesInvalid
from messaging.models import Message
from messaging.rates import Rate, RateCard, added, parse_rates, shipped_rates
from messaging.selectors import cost_of, estimate_cost, get_message, messages_page, month_costs, rate_card
from messaging.services import load_rates, queue_message
from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import audit_page
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import WELCOME, sent_message, status_of, tell

OWNER = Actor(kind="staff", role="owner", label="Owner")
HEAD = "effective_from,country,category,currency,price,source\n"
ZONE = "America/Sao_Paulo"
BILLED = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
FREE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "utility"}


def rate(day: str, micros: int, country: str = "BR", category: str = "utility", currency: str = "USD") -> Rate:
    return Rate(date.fromisoformat(day), country, category, currency, micros, "")


def load(line: Line, *lines: str) -> int:
    return load_rates(tenant=line.tenant, content=(HEAD + "\n".join(lines)).encode(), actor=OWNER)


def test_a_rate_holds_from_its_day_until_the_next() -> None:
    card = RateCard([rate("2026-10-01", 8_000), rate("2026-01-01", 6_800)])
    prices = [card.price("BR", "utility", date(2026, month, 1)) for month in (1, 9, 10, 12)]
    assert [each.micros for each in prices if each] == [6_800, 6_800, 8_000, 8_000]
    assert card.price("BR", "utility", date(2025, 12, 31)) is None
    assert card.price("BR", "marketing", date(2026, 2, 1)) is None


def test_the_brands_own_rates_go_before_the_shipped_and_the_country_before_the_rest() -> None:
    shipped = [rate("2026-01-01", 1, "PT"), rate("2026-01-01", 2)]
    card = RateCard([rate("2026-06-01", 3, "")], shipped)
    assert card.price("BR", "utility", date(2026, 5, 1)) == shipped[1]
    day = date(2026, 7, 1)
    found = [card.price(country, "utility", day) for country in ("BR", "PT", "AR")]
    assert [each.micros for each in found if each] == [3, 3, 3]
    assert {each.country for each in card.in_force(day)} == {""}


def test_the_shipped_rates_are_read_and_name_their_sources() -> None:
    assert {(each.country, each.category, each.micros) for each in shipped_rates()} == {
        ("BR", "marketing", 62_500),
        ("BR", "utility", 6_800),
        ("BR", "authentication", 6_800),
        ("BR", "service", 6_800),
    }
    assert all(each.source and each.currency == "USD" for each in shipped_rates())


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a,b\n", {("column_missing", name) for name in HEAD.strip().split(",")[:-1]}),
        (HEAD, {("empty", "")}),
        (HEAD + "2026-01-01,BRA,utility,USD,0.1,x", {("line", "2, country")}),
        (HEAD + "2026-01-01,BR,offers,USD,0.1,x", {("line", "2, category")}),
        (HEAD + "2026-01-01,BR,utility,reais,0.1,x", {("line", "2, currency")}),
        (HEAD + "01/01/2026,BR,utility,USD,0.1,x", {("line", "2, effective_from")}),
        (HEAD + "2026-01-01,BR,utility,USD,-1,x", {("line", "2, price")}),
        (HEAD + "2026-01-01,BR,utility,USD,NaN,x", {("line", "2, price")}),
        (HEAD + "2026-01-01,BR,utility,USD,0.00000001,x", {("line", "2, price")}),
        (HEAD + "2026-01-01,BR,utility,USD,1,x\n2026-01-01,br,Utility,BRL,2,y", {("twice", "")}),
    ],
)
def test_a_card_that_cannot_be_read_says_where(text: str, faults: set[tuple[str, str]]) -> None:
    with pytest.raises(RatesInvalid) as refused:
        parse_rates(text)
    assert set(refused.value.faults) == faults


def test_a_card_may_come_from_a_brazilian_spreadsheet() -> None:
    text = "\ufeff" + HEAD.replace(",", ";") + "2026-01-01;;marketing;BRL;0,3125;contrato\n"
    assert parse_rates(text) == [Rate(date(2026, 1, 1), "", "marketing", "BRL", 312_500, "contrato")]


@given(st.lists(st.tuples(st.sampled_from(["USD", "BRL"]), st.integers(0, 10**12))))
def test_currencies_are_never_mixed(amounts: list[tuple[str, int]]) -> None:
    total = added(amounts)
    assert all(total[each] == sum(micros for currency, micros in amounts if currency == each) for each in total)


def test_a_loaded_card_is_the_brands_alone_and_is_audited(line: Line, boreal: Any) -> None:
    assert load(line, "2026-01-01,BR,utility,BRL,0.04,contrato") == 1
    assert load(line, "2026-01-01,BR,utility,BRL,0.05,contrato novo") == 1  # corrects
    mine = rate_card(tenant=line.tenant).price("BR", "utility", date(2026, 11, 1))
    theirs = rate_card(tenant=boreal.id).price("BR", "utility", date(2026, 11, 1))
    assert mine is not None
    assert theirs is not None
    assert ((mine.micros, mine.currency), (theirs.micros, theirs.currency)) == ((50_000, "BRL"), (6_800, "USD"))
    assert [row.action for row in audit_page(tenant=line.tenant).items].count("rates.load") == 2


def test_a_broken_card_and_who_may_not_change_nothing(line: Line) -> None:
    with pytest.raises(RatesInvalid):
        load(line, "2026-01-01,BR,utility,BRL,0.04,x", "2026-01-01,BR,utility,BRL,tudo,x")
    with pytest.raises(RatesInvalid):
        load_rates(tenant=line.tenant, content=b"\xff\xfe", actor=OWNER)
    with pytest.raises(PermissionMissing):
        load_rates(tenant=line.tenant, content=HEAD.encode(), actor=Actor(kind="staff", role="analyst"))
    found = rate_card(tenant=line.tenant).price("BR", "utility", date(2026, 11, 1))
    assert found in shipped_rates()


def test_the_command_loads_a_file(line: Line, tmp_path: Any) -> None:
    path = tmp_path / "card.csv"
    path.write_text(HEAD + "2026-01-01,AR,utility,USD,0.03,x\n")
    out = StringIO()
    call_command("load_rate_card", "aurora", str(path), stdout=out)
    assert "1 rates" in out.getvalue()
    found = rate_card(tenant=line.tenant).price("AR", "utility", date(2026, 11, 1))
    assert found is not None
    assert found.micros == 30_000
    path.write_text("nothing")
    with pytest.raises(CommandError, match="column_missing"):
        call_command("load_rate_card", "aurora", str(path))
    with pytest.raises(CommandError, match="no brand"):
        call_command("load_rate_card", "nobody", str(path))


def test_an_estimate_takes_the_price_of_the_numbers_country(line: Line, boreal: Any) -> None:
    load(line, "2026-01-01,BR,marketing,BRL,0.30,x")
    told = estimate_cost(tenant=line.tenant, category="marketing", messages=1_000)
    assert told.rate is not None
    assert (told.micros, told.rate.currency) == (300_000_000, "BRL")
    other = estimate_cost(tenant=boreal.id, category="marketing", messages=1_000)
    assert other.micros == 62_500_000
    assert estimate_cost(tenant=line.tenant, category="referral", messages=5).micros is None


def test_a_message_costs_what_meta_billed_at_the_price_of_its_day(line: Line, graph: FakeGraph) -> None:
    message = sent_message(line)
    card = rate_card(tenant=line.tenant)
    assert get_message(tenant=line.tenant, message=message.id).country == "BR"
    assert cost_of(card, get_message(tenant=line.tenant, message=message.id), ZONE) is None  # nothing was told yet
    tell(line, status_of(message, "sent", pricing=BILLED))
    found = cost_of(card, get_message(tenant=line.tenant, message=message.id), ZONE)
    assert found is not None
    assert found.micros == 6_800
    tell(line, status_of(message, "delivered", pricing=FREE))
    assert cost_of(card, get_message(tenant=line.tenant, message=message.id), ZONE) is None


def told(line: Line, at: datetime, *, campaign: Any = None, pricing: Any = BILLED, **changes: Any) -> None:
    """A message that arrived at an instant, with what Meta said of its price."""
    customer = enrol(line.tenant, None, external_id=str(new_id()))
    row = queue_message(
        tenant=line.tenant,
        customer=customer.id,
        template="welcome",
        parameters=WELCOME,
        cause=f"c:{new_id()}",
        campaign=campaign,
    )
    with tenant_scope(line.tenant):
        given = {"status": "delivered", "due_at": None, "created_at": at, "sent_at": at, "country": "BR"}
        Message.objects.filter(id=row.id).update(**given | {"pricing": pricing} | changes)


def test_a_month_is_counted_by_the_brands_calendar(line: Line, boreal: Any) -> None:
    campaign = new_id()
    last = datetime(2026, 11, 1, 2, 30, tzinfo=UTC)  # 31 October, 23:30 in São Paulo
    told(line, last)
    told(line, last + timedelta(hours=1), campaign=campaign)
    told(line, last + timedelta(days=3), pricing=FREE)
    told(line, last + timedelta(days=4), pricing=None)
    told(line, last + timedelta(days=5), pricing=BILLED | {"category": "marketing"}, country="AR")
    told(line, last + timedelta(days=6), status="failed", pricing=None)
    told(open_line(boreal, number="700"), last + timedelta(days=1))

    found = month_costs(tenant=line.tenant, month=date(2026, 11, 17))
    assert (found.since, found.total.messages, found.total.billed) == (date(2026, 11, 1), 4, 3)
    assert (found.total.unpriced, found.total.untold) == (1, 1)
    assert found.total.amounts == {"USD": 2 * 6_800}
    assert {line.key: line.messages for line in found.by_category} == {"utility": 3, "marketing": 1}
    assert [(line.key, line.amounts) for line in found.by_campaign] == [(str(campaign), {"USD": 6_800})]
    assert [line.key for line in found.by_template] == ["welcome"]
    assert {(each.key, each.currency, each.messages, each.billed) for each in found.parts if each.by == "category"} == {
        ("utility", "USD", 2, 2),
        ("utility", "", 1, 0),
        ("marketing", "", 1, 1),
    }
    [utility] = [each for each in found.parts if (each.key, each.currency) == ("utility", "USD")]
    assert (utility.messages, utility.untold, utility.micros, utility.estimated_micros) == (2, 1, 13_600, 6_800)
    for by in ("category", "template"):
        assert sum(each.messages for each in found.parts if each.by == by) == found.total.messages
    assert month_costs(tenant=line.tenant, month=date(2026, 10, 5)).total.messages == 1
    assert month_costs(tenant=line.tenant, month=date(2026, 12, 5)).total.amounts == {}


def test_a_new_card_leaves_what_was_sent_before_at_its_price(line: Line) -> None:
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    told(line, at)
    told(line, at + timedelta(days=10))
    load(line, "2026-11-15,BR,utility,USD,0.01,x")
    assert month_costs(tenant=line.tenant, month=at.date()).total.amounts == {"USD": 6_800 + 10_000}


def test_a_months_costs_are_as_many_queries_for_more_messages(line: Line) -> None:
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    counts = []
    for _ in range(2):
        told(line, at)
        with CaptureQueriesContext(connection) as asked:
            month_costs(tenant=line.tenant, month=at.date())
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert len(messages_page(tenant=line.tenant).items) == 2
