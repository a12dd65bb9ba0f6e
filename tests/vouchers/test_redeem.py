"""Using a voucher at a till."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartbis.customers.errors import CustomerNotFound
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError, InvalidInput, PermissionMissing
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import check_ledger, statement
from smartbis.tenancy.errors import KeyReused, StoreUnknown
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import (
    MANAGER,
    NOON,
    OPERATOR,
    account,
    available,
    coupon_of,
    events_of,
    everything,
    give,
    issued,
    redeemed,
)
from vouchers import errors
from vouchers.infos import SaleRef
from vouchers.selectors import get_coupon, get_voucher, redemptions_for_sale
from vouchers.services import cancel_voucher, redeem_voucher, reverse_redemption


def test_a_use_is_recorded_with_where_by_whom_and_what_it_gave(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora), customer)
    before = everything(boreal)
    with frozen(NOON + timedelta(days=3000)):
        use = redeemed(aurora, voucher, amount_minor=4_000, external_id="S-1")
    assert (use.discount_minor, use.cost_minor, use.amount_minor, use.external_id) == (1_000, 1_000, 4_000, "S-1")
    assert (use.use_number, use.uses_left, use.actor_label, use.repeated) == (1, 0, "Operator", False)
    assert (use.customer_id, use.store_id, use.funded_by) == (customer.id, store_of(aurora).id, "brand")
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "redeemed"
    assert redemptions_for_sale(tenant=aurora.id, store=store_of(aurora).id, external_id="S-1") == [use]
    assert redemptions_for_sale(tenant=aurora.id, store=store_of(aurora, "moema").id, external_id="S-1") == []
    assert redemptions_for_sale(tenant=aurora.id, store=store_of(aurora).id, external_id="") == []
    assert events_of(aurora, "voucher.redeemed.v1") == [
        {
            "redemption_id": str(use.id),
            "voucher_id": str(voucher.id),
            "customer_id": str(customer.id),
            "store_id": str(store_of(aurora).id),
            "discount_minor": 1_000,
        }
    ]
    assert everything(boreal) == before


def test_a_code_is_read_as_people_type_it(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    typed = voucher.code_grouped.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    use = redeem_voucher(tenant=aurora.id, code=typed, store=store_of(aurora).id, key="k", actor=OPERATOR)
    assert use.voucher_id == voucher.id


@pytest.mark.parametrize(
    ("terms", "amount", "discount", "cost"),
    [
        ({}, None, 1_000, 1_000),
        ({}, 600, 600, 600),
        ({"kind": "percentage", "value_minor": None, "value_bp": 1250}, 9_999, 1_250, 1_250),
        ({"kind": "percentage", "value_minor": None, "value_bp": 1000}, 5, 1, 1),
        ({"kind": "percentage", "value_minor": None, "value_bp": 1000, "max_discount_minor": 300}, 9_999, 300, 300),
        ({"kind": "freebie", "value_minor": 450, "value_sku": "COFFEE"}, None, 0, 450),
        ({"kind": "freebie", "value_minor": None, "value_sku": "COFFEE"}, 900, 0, 0),
        ({"kind": "upgrade", "value_minor": None, "value_key": "gold"}, None, 0, 0),
        ({"weekdays": (3,), "hours": (("12:00", "13:00"),)}, 9_999, 1_000, 1_000),  # judged in Python, not in SQL
    ],
)
def test_each_kind_gives_what_it_says(
    aurora: TenantInfo, terms: dict[str, Any], amount: int | None, discount: int, cost: int
) -> None:
    with frozen(NOON):
        use = redeemed(aurora, issued(aurora, coupon_of(aurora, **terms)), amount_minor=amount)
    assert (use.discount_minor, use.cost_minor) == (discount, cost)
    assert use.value_sku == terms.get("value_sku", "")


def test_a_percentage_needs_the_amount(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, kind="percentage", value_minor=None, value_bp=1000))
    before = everything(aurora)
    with pytest.raises(InvalidInput) as refusal:
        redeemed(aurora, voucher)
    assert list(refusal.value.errors) == ["amount_minor"]
    assert everything(aurora) == before


def test_the_price_is_spent_at_use_not_before(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=100, uses=3), make_customer(aurora)
    give(aurora, customer, 100, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    spent = []
    for _ in range(3):
        redeemed(aurora, voucher, customer=customer.id)
        spent.append(account(aurora, Account.REDEEMED, "points"))
    assert spent == [34, 67, 100]
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 0
    assert available(aurora, customer, "points") == 0
    assert check_ledger(tenant=aurora.id).ok
    kinds = [row.kind for row in statement(tenant=aurora.id, customer=customer.id).items]
    assert kinds == ["voucher_use", "voucher_use", "voucher_use", "voucher_issue", "earn"]


def test_every_use_of_a_voucher_counts_and_the_next_one_is_refused(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, uses=2))
    uses = [redeemed(aurora, voucher) for _ in range(2)]
    assert [(use.use_number, use.uses_left) for use in uses] == [(1, 1), (2, 0)]
    with pytest.raises(errors.VoucherAlreadyRedeemed):
        redeemed(aurora, voucher)


def test_a_repeat_gets_the_first_answer(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, uses=2))
    first = redeemed(aurora, voucher, key="k", amount_minor=5_000, external_id="S-1")
    before = everything(aurora)
    again = redeemed(aurora, voucher, key="k", amount_minor=5_000, external_id="S-1")
    assert (again.id, again.repeated, again.discount_minor) == (first.id, True, 1_000)
    for other in ({"amount_minor": 5_001}, {"external_id": "S-2"}, {"store": store_of(aurora, "moema").id}):
        with pytest.raises(KeyReused):
            redeemed(aurora, voucher, **{"key": "k", "amount_minor": 5_000, "external_id": "S-1"} | other)
    with pytest.raises(KeyReused):
        redeemed(aurora, issued(aurora, coupon_of(aurora)), key="k", amount_minor=5_000, external_id="S-1")
    assert everything(aurora)["aurora Redemption"] == before["aurora Redemption"]
    assert redeemed(boreal, issued(boreal, coupon_of(boreal)), key="k").repeated is False


def test_a_repeat_after_the_last_use_still_gets_the_first_answer(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    first = redeemed(aurora, voucher, key="k")
    assert redeemed(aurora, voucher, key="k").id == first.id


@pytest.mark.parametrize("code", ["", "8F3K-2QZP-7XMA", "x" * 500, "'; DROP TABLE vouchers_voucher; --", "Ação%s"])
def test_an_unknown_code_is_not_found(aurora: TenantInfo, code: str) -> None:
    with pytest.raises(errors.VoucherNotFound):
        redeem_voucher(tenant=aurora.id, code=code, store=store_of(aurora).id, key="k", actor=OPERATOR)


def test_another_brands_code_is_not_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher = issued(boreal, coupon_of(boreal))
    before = everything(aurora, boreal)
    with pytest.raises(errors.VoucherNotFound):
        redeem_voucher(tenant=aurora.id, code=voucher.code, store=store_of(aurora).id, key="k", actor=OPERATOR)
    with pytest.raises(StoreUnknown):
        redeemed(boreal, voucher, store=store_of(aurora).id)
    assert everything(aurora, boreal) == before


def test_used_tells_when_where_and_by_whom(aurora: TenantInfo) -> None:
    with frozen(NOON):
        voucher = issued(aurora, coupon_of(aurora))
        redeemed(aurora, voucher)
        with pytest.raises(errors.VoucherAlreadyRedeemed) as refusal:
            redeemed(aurora, voucher)
    assert refusal.value.params == {"at": "2026-11-18T15:00:00+00:00", "store": "Loja Centro", "by": "Operator"}
    assert refusal.value.detail == "Já usado hoje às 12:00, Loja Centro, por Operator. Não entregue de novo."


@pytest.mark.parametrize(
    ("terms", "days", "asked", "error", "params"),
    [
        ({"valid_days": 1}, 2, {}, errors.VoucherExpired, {"until": "2026-11-20T02:59:59+00:00"}),
        ({"usable_from_days": 2}, 1, {}, errors.VoucherNotYetValid, {"from": "2026-11-20T03:00:00+00:00"}),
        ({"stores": "moema"}, 0, {}, errors.VoucherWrongStore, {"stores": ["Loja Moema"]}),
        ({"weekdays": (1, 2)}, 0, {}, errors.VoucherWrongTime, {"weekdays": [1, 2], "hours": []}),
        (
            {"hours": (("14:00", "17:00"),)},
            0,
            {},
            errors.VoucherWrongTime,
            {"weekdays": [], "hours": [["14:00", "17:00"]]},
        ),
        (
            {"min_purchase_minor": 5_000},
            0,
            {"amount_minor": 3_850},
            errors.VoucherBelowMinimum,
            {"minimum_minor": 5_000, "missing_minor": 1_150, "currency": "BRL"},
        ),
        (
            {"min_purchase_minor": 5_000},
            0,
            {},
            errors.VoucherBelowMinimum,
            {"minimum_minor": 5_000, "missing_minor": 5_000, "currency": "BRL"},
        ),
        ({"holder": "personal"}, 0, {}, errors.VoucherWrongCustomer, {"is_named": False}),
    ],
)
def test_each_refusal_says_precisely_why_and_changes_nothing(
    aurora: TenantInfo,
    terms: dict[str, Any],
    days: int,
    asked: dict[str, Any],
    error: type[DomainError],
    params: dict[str, Any],
) -> None:
    if "stores" in terms:
        terms = {"stores": (store_of(aurora, terms["stores"]).id,)}
    customer = make_customer(aurora)
    with frozen(NOON):
        refused, plain = (issued(aurora, coupon_of(aurora, **each), customer) for each in (terms, {}))
    with frozen(NOON + timedelta(days=days)):
        before = everything(aurora)
        with pytest.raises(error) as refusal:
            redeemed(aurora, refused, **asked)
        assert refusal.value.params == params
        assert everything(aurora) == before
        redeemed(aurora, plain, **asked)


def test_somebody_elses_voucher_is_refused_and_its_owner_may_use_it(aurora: TenantInfo) -> None:
    owner, other = make_customer(aurora), make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora, holder="personal"), owner)
    before = everything(aurora)
    with pytest.raises(errors.VoucherWrongCustomer) as refusal:
        redeemed(aurora, voucher, customer=other.id)
    assert refusal.value.params == {"is_named": True}
    assert everything(aurora) == before
    assert redeemed(aurora, voucher, customer=owner.id).customer_id == owner.id


def test_a_bearers_voucher_may_be_used_by_another_customer_who_exists(aurora: TenantInfo, boreal: TenantInfo) -> None:
    owner, other = make_customer(aurora), make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora), owner)
    for stranger in (uuid4(), make_customer(boreal).id):
        with pytest.raises(CustomerNotFound):
            redeemed(aurora, voucher, customer=stranger)
    assert redeemed(aurora, voucher, customer=other.id).customer_id == other.id


def test_a_cancelled_voucher_says_so(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    with frozen(NOON):
        cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
        with pytest.raises(errors.VoucherCancelled) as refusal:
            redeemed(aurora, voucher)
    assert refusal.value.detail == "Cancelado pela marca em 18/11/2026."


def test_a_bearer_is_kept_to_the_limit_by_who_is_named(aurora: TenantInfo) -> None:
    coupon, guest = coupon_of(aurora, limit_per_customer=1), make_customer(aurora)
    vouchers = [issued(aurora, coupon) for _ in range(3)]
    first = redeemed(aurora, vouchers[0], customer=guest.id)
    before = everything(aurora)
    with pytest.raises(errors.VoucherLimitReached) as refusal:
        redeemed(aurora, vouchers[1], customer=guest.id)
    assert refusal.value.params == {"limit": 1}
    assert everything(aurora) == before
    reverse_redemption(tenant=aurora.id, redemption=first.id, reason="troca", key="r", actor=MANAGER)
    redeemed(aurora, vouchers[1], customer=guest.id)
    redeemed(aurora, vouchers[2], customer=make_customer(aurora).id)


def test_from_the_next_sale_on_means_another_sale(aurora: TenantInfo) -> None:
    centro, moema = store_of(aurora), store_of(aurora, "moema")
    coupon = coupon_of(aurora, usable_from_next_sale=True, uses=3)
    with frozen(NOON):
        voucher = issued(aurora, coupon, for_sale=SaleRef(centro.id, "S-1"))
        for same_sale in ({"external_id": "S-1"}, {}):
            with pytest.raises(errors.VoucherNotYetValid) as refusal:
                redeemed(aurora, voucher, **same_sale)
            assert refusal.value.params == {"next_sale": True}
        redeemed(aurora, voucher, external_id="S-2")
        redeemed(aurora, voucher, external_id="S-1", store=moema.id)
    with frozen(NOON + timedelta(days=1)):
        redeemed(aurora, voucher)


def test_a_budget_gets_back_what_a_use_did_not_cost(aurora: TenantInfo) -> None:
    coupon = coupon_of(
        aurora, kind="percentage", value_minor=None, value_bp=1000, max_discount_minor=300, uses=2, budget_minor=600
    )
    voucher = issued(aurora, coupon)
    left = [get_coupon(tenant=aurora.id, coupon=coupon.id).budget_left_minor]
    first = redeemed(aurora, voucher, amount_minor=1_200)
    left.append(get_coupon(tenant=aurora.id, coupon=coupon.id).budget_left_minor)
    redeemed(aurora, voucher, amount_minor=9_000)
    left.append(get_coupon(tenant=aurora.id, coupon=coupon.id).budget_left_minor)
    reverse_redemption(tenant=aurora.id, redemption=first.id, reason="troca", key="r", actor=MANAGER)
    left.append(get_coupon(tenant=aurora.id, coupon=coupon.id).budget_left_minor)
    cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
    left.append(get_coupon(tenant=aurora.id, coupon=coupon.id).budget_left_minor)
    assert left == [0, 180, 180, 0, 300]


@pytest.mark.parametrize(
    "asked",
    [{"amount_minor": 0}, {"amount_minor": -1}, {"amount_minor": 10**13}, {"key": ""}, {"external_id": "x" * 121}],
)
def test_input_without_sense_is_refused(aurora: TenantInfo, asked: dict[str, Any]) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    before = everything(aurora)
    with pytest.raises(InvalidInput):
        redeemed(aurora, voucher, **asked)
    assert everything(aurora) == before


def test_who_may_redeem_and_where(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    before = everything(aurora)
    with pytest.raises(PermissionMissing):
        redeemed(aurora, voucher, actor=actor("analyst"))
    elsewhere = actor("operator", stores=frozenset({store_of(aurora, "moema").id}))
    with pytest.raises(StoreUnknown):
        redeemed(aurora, voucher, actor=elsewhere)
    assert everything(aurora) == before
    redeemed(aurora, voucher, actor=elsewhere, store=store_of(aurora, "moema").id)


def test_a_used_code_stays_cheap(aurora: TenantInfo, django_assert_max_num_queries: Any) -> None:
    """A refusal takes no lock: it reads the store, tries, and reads why (key, voucher, brand, last use, stores)."""
    voucher, store = issued(aurora, coupon_of(aurora)), store_of(aurora).id
    redeemed(aurora, voucher)
    with django_assert_max_num_queries(11), pytest.raises(errors.VoucherAlreadyRedeemed):
        redeem_voucher(tenant=aurora.id, code=voucher.code, store=store, key="k", actor=OPERATOR)


def test_a_plain_use_is_one_statement_and_its_event(aurora: TenantInfo, django_assert_num_queries: Any) -> None:
    voucher, store = issued(aurora, coupon_of(aurora)), store_of(aurora).id
    with django_assert_num_queries(7):  # the store, the use, the event, and two pairs around the scope
        redeem_voucher(tenant=aurora.id, code=voucher.code, store=store, key="k", actor=OPERATOR)
