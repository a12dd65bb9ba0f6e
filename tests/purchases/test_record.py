"""Recording a sale: once per number and store, whatever is repeated, raced or wrong."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.purchases.errors import CurrencyMismatch, PurchaseConflict
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.purchases.models import Purchase, PurchaseItem
from smartbis.purchases.selectors import find_purchase, get_purchase
from smartbis.purchases.services import add_purchase
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of
from tests.purchases.sales import AT, ITEMS, customer_of, sale, sold, told
from tests.racing import race
from tests.unchanged import unchanged


def test_a_sale_is_recorded_as_it_was_told(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, store = customer_of(aurora), store_of(aurora).id
    operator = replace(actor("operator"), id=new_id())
    draft = sale(
        aurora, customer=ana, operator=operator, voucher_discount_minor=990, balance_used_minor=1_000, channel="pos"
    )
    with unchanged(boreal):
        info, repeated = add_purchase(tenant=aurora.id, draft=draft)
    assert not repeated
    assert (info.amount_minor, info.paid_minor, info.refunded_minor) == (6_990, 5_000, 0)
    assert (info.customer_id, info.store_id, info.status, info.channel) == (ana, store, "confirmed", "pos")
    assert (info.occurred_at, info.operator_id) == (AT, operator.id)
    assert [(item.sku, item.quantity, item.unit_minor) for item in info.items] == [
        ("CAFE", 2, 2_990),
        ("BOLO", 1, 1_010),
    ]
    assert get_purchase(tenant=aurora.id, purchase=info.id) == info
    assert told(aurora, "purchase.recorded.v1") == [
        {
            "purchase_id": str(info.id),
            "customer_id": str(ana),
            "store_id": str(store),
            "status": "confirmed",
            "amount_minor": 6_990,
            "currency": "BRL",
            "occurred_at": AT.isoformat(),
        }
    ]


def test_a_sale_without_customer_items_and_instant_happened_now(aurora: TenantInfo, boreal: TenantInfo) -> None:
    before = now()
    info = sold(aurora, occurred_at=None, items=())
    assert before <= info.occurred_at == info.recorded_at <= now()
    assert (info.customer_id, info.items) == (None, ())


def test_the_same_sale_again_has_one_effect_and_one_answer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for instant in (AT, None):
        draft = sale(aurora, occurred_at=instant, external_id=f"S-{instant}")
        first, _ = add_purchase(tenant=aurora.id, draft=draft)
        with unchanged(aurora, boreal):
            again, repeated = add_purchase(tenant=aurora.id, draft=replace(draft, voucher_discount_minor=10))
        assert repeated
        assert again == first


@pytest.mark.parametrize(
    "other",
    [
        {"amount_minor": 6_991},
        {"status": "pending"},
        {"channel": "online"},
        {"occurred_at": AT + timedelta(seconds=1)},
        {"items": ITEMS[:1]},
        {"items": (replace(ITEMS[0], quantity=3), ITEMS[1])},
    ],
    ids=str,
)
def test_other_content_under_the_same_number_is_refused(
    aurora: TenantInfo, boreal: TenantInfo, other: dict[str, Any]
) -> None:
    first = sold(aurora)
    with unchanged(aurora, boreal), pytest.raises(PurchaseConflict) as refusal:
        add_purchase(tenant=aurora.id, draft=sale(aurora, **other))
    assert refusal.value.purchase == first.id


def test_another_customer_under_the_same_number_is_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = customer_of(aurora)
    sold(aurora)
    with unchanged(aurora, boreal), pytest.raises(PurchaseConflict):
        sold(aurora, customer=ana)


def test_a_number_is_a_stores_own(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ids = {
        sold(aurora).id,
        sold(aurora, store=store_of(aurora, "moema").id).id,
        sold(boreal, amount_minor=1).id,
    }
    assert len(ids) == 3
    found = find_purchase(tenant=aurora.id, store=store_of(aurora).id, external_id="S-1")
    assert found is not None
    assert found.id in ids
    assert find_purchase(tenant=boreal.id, store=store_of(aurora).id, external_id="S-1") is None


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"amount_minor": 10**12 + 1}, "amount_minor"),
        ({"amount_minor": 2**70}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount_minor": 10.5}, "amount_minor"),
        ({"voucher_discount_minor": 6_991}, "voucher_discount_minor"),
        ({"voucher_discount_minor": 6_000, "balance_used_minor": 991}, "balance_used_minor"),
        ({"balance_used_minor": -1}, "balance_used_minor"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": "x" * 101}, "external_id"),
        ({"external_id": "a\x00b"}, "external_id"),
        ({"channel": ""}, "channel"),
        ({"status": "cancelled"}, "status"),
        ({"occurred_at": datetime(2026, 11, 20, 12)}, "occurred_at"),  # noqa: DTZ001
        ({"occurred_at": AT.replace(year=2090)}, "occurred_at"),
        ({"occurred_at": AT.replace(year=1066)}, "occurred_at"),
        ({"items": (ItemDraft(sku="A", quantity=0),)}, "items.0.quantity"),
        ({"items": (ItemDraft(sku="A"), ItemDraft(sku="A", unit_minor=-1))}, "items.1.unit_minor"),
        ({"items": (ItemDraft(sku="A" * 101),)}, "items.0.sku"),
        ({"items": (ItemDraft(sku="A"),) * 5_001}, "items"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "nonsense"}, "currency"),
    ],
    ids=str,
)
def test_bad_input_is_refused_by_field_and_changes_nothing(
    aurora: TenantInfo, boreal: TenantInfo, bad: dict[str, Any], field: str
) -> None:
    with unchanged(aurora, boreal), pytest.raises(InvalidInput) as refusal:
        add_purchase(tenant=aurora.id, draft=sale(aurora, **bad))
    assert list(refusal.value.errors) == [field]
    sold(aurora)


def test_the_largest_sale_is_taken(aurora: TenantInfo, boreal: TenantInfo) -> None:
    assert sold(aurora, amount_minor=10**12).amount_minor == 10**12


def test_stores_and_customers_of_another_brand_are_like_none(aurora: TenantInfo, boreal: TenantInfo) -> None:
    stranger, foreign = customer_of(boreal), store_of(boreal).id
    answers = []
    for store in (foreign, new_id()):
        with unchanged(aurora, boreal), pytest.raises(StoreUnknown) as no_store:
            sold(aurora, store=store)
        answers.append(str(no_store.value))
    for customer in (stranger, new_id()):
        with unchanged(aurora, boreal), pytest.raises(CustomerNotFound) as no_customer:
            sold(aurora, customer=customer)
        answers.append(str(no_customer.value))
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]


def test_an_erased_customer_buys_nothing_more(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = customer_of(aurora)
    before = sold(aurora, customer=ana)
    erase_customer(tenant=aurora.id, customer=ana, actor=actor())
    with unchanged(aurora, boreal), pytest.raises(CustomerNotFound):
        sold(aurora, customer=ana, external_id="S-2")
    assert get_purchase(tenant=aurora.id, purchase=before.id).customer_id == ana, "the fact keeps a bare id"


def test_another_currency_is_named_as_such(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with unchanged(aurora, boreal), pytest.raises(CurrencyMismatch) as refusal:
        sold(aurora, currency="USD")
    assert (refusal.value.code, refusal.value.params) == ("currency_mismatch", {"expected": "BRL"})


def test_a_sale_costs_one_statement_and_two_for_its_event(aurora: TenantInfo, boreal: TenantInfo) -> None:
    draft = sale(aurora, customer=customer_of(aurora))
    with tenant_scope(aurora.id):
        with CaptureQueriesContext(connection) as fresh:
            add_purchase(tenant=aurora.id, draft=draft)
        with CaptureQueriesContext(connection) as again:
            add_purchase(tenant=aurora.id, draft=draft)
    assert len(fresh) == 3
    assert len(again) == 3, "the attempt, the sale, its lines"


@pytest.mark.django_db(transaction=True)
def test_one_sale_sent_by_many_at_once_is_one_sale(aurora: TenantInfo, boreal: TenantInfo) -> None:
    draft = sale(aurora)
    with unchanged(boreal):
        results = race(*[lambda: add_purchase(tenant=aurora.id, draft=draft)] * 8)
    answers = [result for result in results if isinstance(result, tuple)]
    assert len(answers) == 8, results
    assert len({info.id for info, _ in answers}) == 1
    assert sum(not repeated for _, repeated in answers) == 1
    with tenant_scope(aurora.id):
        assert (Purchase.objects.count(), PurchaseItem.objects.count()) == (1, 2)
    assert len(told(aurora, "purchase.recorded.v1")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_contents_of_one_number_at_once_leave_one_sale(aurora: TenantInfo, boreal: TenantInfo) -> None:
    drafts: list[SaleDraft] = [sale(aurora, amount_minor=amount) for amount in (100, 200) * 4]
    with unchanged(boreal):
        results = race(*(lambda draft=draft: add_purchase(tenant=aurora.id, draft=draft) for draft in drafts))
    kinds = [type(result) for result in results]
    assert kinds.count(tuple) == 4
    assert kinds.count(PurchaseConflict) == 4
    assert len(told(aurora, "purchase.recorded.v1")) == 1
