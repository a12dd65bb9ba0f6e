"""Sales at a till: balance used in one go, undo within a minute, refunds that give the balance back."""

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from programs.errors import SalesNotAllowed, UndoTooLate
from programs.selectors import attendances, caution_about, till_customer
from programs.services import refund_at_counter, sell_at_counter, undo_redemption, undo_sale
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.selectors import check_ledger
from smartbis.purchases.errors import PurchaseConflict, PurchaseNotFound
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.services import add_partner, add_store
from tests.checkouts.quoting import pay_with_balance
from tests.factories import make_customer, make_member, store_of
from tests.programs.conftest import make_cashback
from tests.racing import race
from tests.vouchers.shop import available, coupon_of, give, issued, redeemed
from vouchers.services import convert_balance


def operator_of(brand, **limits):
    return make_member(brand, "operator", **limits).as_actor()


def draft(brand, customer, amount=3850, number=None):
    return SaleDraft(customer.id, store_of(brand).id, amount, "BRL", number or f"B-{uuid4().hex[:12]}")


@contextmanager
def later(seconds):
    with frozen(now() + timedelta(seconds=seconds)):
        yield


def test_balance_pays_and_the_rest_earns(aurora):
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    outcome = pay_with_balance(tenant=aurora.id, sale=draft(aurora, marina), actor=who, key="n1", at_most_minor=1800)
    assert (outcome.purchase.balance_used_minor, outcome.purchase.paid_minor) == (1800, 2050)
    assert [award.amount for award in outcome.awards] == [410]
    assert (available(aurora, marina), outcome.purchase.operator_id) == (410, who.id)
    assert check_ledger(tenant=aurora.id).ok


def test_no_more_balance_is_used_than_the_sale_costs(aurora):
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 5000)
    pay_with_balance(tenant=aurora.id, sale=draft(aurora, marina), actor=who, key="n1", at_most_minor=5000)
    assert available(aurora, marina) == 1150


def test_the_same_sale_twice_uses_the_balance_once(aurora):
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    sale = draft(aurora, marina)
    first = pay_with_balance(tenant=aurora.id, sale=sale, actor=who, key="n1", at_most_minor=1800)
    again = pay_with_balance(tenant=aurora.id, sale=sale, actor=who, key="n1", at_most_minor=1800)
    assert (again.repeated, again.purchase.id, again.awards[0].amount) == (True, first.purchase.id, 410)
    assert available(aurora, marina) == 410


def test_a_balance_that_is_gone_refuses_the_whole_sale(aurora):
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 500)
    with pytest.raises(InsufficientBalance):
        pay_with_balance(tenant=aurora.id, sale=draft(aurora, marina), actor=who, key="n1", at_most_minor=1800)
    assert available(aurora, marina) == 500
    since = now() - timedelta(hours=1)
    assert attendances(tenant=aurora.id, store=store_of(aurora).id, actor=who, since=since) == ()


def test_a_number_with_other_content_is_a_conflict_and_uses_nothing(aurora):
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    sell_at_counter(tenant=aurora.id, sale=draft(aurora, marina, number="77"), actor=who)
    other = draft(aurora, marina, 9900, number="77")
    with pytest.raises(PurchaseConflict):
        pay_with_balance(tenant=aurora.id, sale=other, actor=who, key="n2", at_most_minor=1800)
    assert available(aurora, marina) == 1800


def test_undo_leaves_everything_as_before(aurora):
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    sold = pay_with_balance(tenant=aurora.id, sale=draft(aurora, marina), actor=who, key="n1", at_most_minor=1800)
    for _ in range(2):
        undone = undo_sale(tenant=aurora.id, purchase=sold.purchase.id, actor=who)
        assert available(aurora, marina) == 1800
        assert {each.unit: each.available for each in undone.balances} == {"BRL": 1800}
    assert check_ledger(tenant=aurora.id).ok


def test_undo_is_for_a_minute_and_for_the_one_who_did_it(aurora, boreal):
    marina, who = make_customer(aurora), operator_of(aurora)
    sold = sell_at_counter(tenant=aurora.id, sale=draft(aurora, marina), actor=who).purchase
    for brand, actor in ((aurora, make_member(aurora, "manager").as_actor()), (boreal, operator_of(boreal))):
        with pytest.raises(PurchaseNotFound):
            undo_sale(tenant=brand.id, purchase=sold.id, actor=actor)
    with later(61), pytest.raises(UndoTooLate):
        undo_sale(tenant=aurora.id, purchase=sold.id, actor=who)


def test_a_use_is_undone_by_the_one_who_made_it(aurora):
    who = operator_of(aurora)
    use = redeemed(aurora, issued(aurora, coupon_of(aurora)), actor=who)
    with later(61), pytest.raises(UndoTooLate):
        undo_redemption(tenant=aurora.id, redemption=use.id, actor=who)
    assert undo_redemption(tenant=aurora.id, redemption=use.id, actor=who).reversed_at is not None
    assert undo_redemption(tenant=aurora.id, redemption=use.id, actor=who).repeated


def test_the_closing_refund_gives_the_balance_back(aurora):
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    sale = draft(aurora, marina, number="A-1")
    pay_with_balance(tenant=aurora.id, sale=sale, actor=who, key="n1", at_most_minor=1800)
    named = {"tenant": aurora.id, "store": sale.store, "external_id": "A-1", "actor": who}
    refund_at_counter(**named, amount_minor=1850, key="r1")
    assert available(aurora, marina) == 410 - 197 + 865
    refund_at_counter(**named, amount_minor=2000, key="r2")
    assert available(aurora, marina) == 1800
    assert refund_at_counter(**named, amount_minor=2000, key="r2").repeated
    assert check_ledger(tenant=aurora.id).ok


def test_balance_that_comes_back_pays_what_is_owed_first(aurora):
    """What the sale earned was spent: the balance used on it covers that, and only the rest can be spent again."""
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    sold = pay_with_balance(tenant=aurora.id, sale=draft(aurora, marina), actor=who, key="n1", at_most_minor=1800)
    convert_balance(tenant=aurora.id, customer=marina.id, amount_minor=410, key="spent", actor=who)
    undone = undo_sale(tenant=aurora.id, purchase=sold.purchase.id, actor=who)
    assert [(each.available, each.owed) for each in undone.balances] == [(1390, 0)]
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.django_db(transaction=True)
def test_one_sale_sent_at_once_with_keys_of_their_own_uses_the_balance_once(aurora):
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    for number in range(5):
        give(aurora, marina, 5000 - available(aurora, marina))
        sale = draft(aurora, marina, number=f"N-{number}")
        told = race(
            *[
                partial(
                    pay_with_balance, tenant=aurora.id, sale=sale, actor=who, key=f"{number}-{key}", at_most_minor=1000
                )
                for key in range(4)
            ]
        )
        assert available(aurora, marina) == 4000 + 570, told
        assert sum(not isinstance(each, Exception) and not each.repeated for each in told) == 1
        assert {getattr(each, "code", "") for each in told if isinstance(each, Exception)} <= {"purchase_changed"}, told
    assert check_ledger(tenant=aurora.id).ok


def test_a_partner_sells_only_when_the_brand_lets_it(aurora):
    marina = make_customer(aurora)
    for allowed, code in ((True, "livre"), (False, "so-voucher")):
        partner = add_partner(tenant=aurora.id, name=code, may_register_sales=allowed)
        store = add_store(tenant=aurora.id, code=code, name=code, kind="partner", partner=partner.id)
        who = Actor(kind="staff", id=uuid4(), role="partner", label="Paula", partner=partner.id)
        sale = SaleDraft(marina.id, store.id, 3850, "BRL", "1")
        if allowed:
            assert sell_at_counter(tenant=aurora.id, sale=sale, actor=who).purchase.store_id == store.id
            with pytest.raises(StoreUnknown):
                sell_at_counter(tenant=aurora.id, sale=draft(aurora, marina), actor=who)
        else:
            with pytest.raises(SalesNotAllowed):
                sell_at_counter(tenant=aurora.id, sale=sale, actor=who)
        with pytest.raises(PermissionMissing):
            refund_at_counter(tenant=aurora.id, store=store.id, external_id="1", amount_minor=1, key="r", actor=who)
        seen = till_customer(tenant=aurora.id, customer=marina.id, store=store.id, actor=who)
        assert (seen.balances, seen.usable_minor, seen.last_bought_at) == ((), 0, None)


def test_slips_are_noticed(aurora):
    marina, nobody, who = make_customer(aurora), make_customer(aurora, "Rui"), operator_of(aurora)
    for amount in (3000, 3500, 4000, 4500, 5000):
        sell_at_counter(tenant=aurora.id, sale=draft(aurora, marina, amount), actor=who)
    assert not caution_about(tenant=aurora.id, sale=draft(aurora, nobody, 40_000))
    assert caution_about(tenant=aurora.id, sale=draft(aurora, nobody, 40_001)).is_unusual
    assert caution_about(tenant=aurora.id, sale=draft(aurora, marina, 5000)).same_sale_at is not None
    assert caution_about(tenant=aurora.id, sale=draft(aurora, nobody, 5000)).same_sale_at is None
    with later(121):
        assert not caution_about(tenant=aurora.id, sale=draft(aurora, marina, 5000))


def test_the_till_sees_what_can_be_used_here_and_its_last_attendances(aurora, boreal):
    make_cashback(aurora)
    marina, who = make_customer(aurora), operator_of(aurora)
    give(aurora, marina, 1800)
    here = store_of(aurora).id
    issued(aurora, coupon_of(aurora, name="Aqui"), marina)
    issued(aurora, coupon_of(aurora, name="Em Moema", stores=(store_of(aurora, "moema").id,)), marina)
    seen = till_customer(tenant=aurora.id, customer=marina.id, store=here, actor=who)
    assert {each.voucher.coupon_name: each.valid for each in seen.vouchers} == {"Aqui": True, "Em Moema": False}
    assert (seen.usable_minor, seen.last_bought_at) == (1800, None)
    pay_with_balance(tenant=aurora.id, sale=draft(aurora, marina), actor=who, key="n1", at_most_minor=1800)
    redeemed(aurora, issued(aurora, coupon_of(aurora)), actor=who)
    since = now() - timedelta(hours=1)
    use, sale = attendances(tenant=aurora.id, store=here, actor=who, since=since)
    assert (use.kind, use.operator_id, sale.kind, sale.discount_minor) == ("redemption", who.id, "sale", 1800)
    assert (sale.customer_name, len(sale.vouchers), sale.is_undone) == ("Marina Souza", 0, False)
    foreign = attendances(tenant=boreal.id, store=store_of(boreal).id, actor=operator_of(boreal), since=since)
    assert foreign == ()
