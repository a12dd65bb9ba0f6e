"""Two customers become one: balances, histories, identities, and all that goes on afterwards."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge
from programs.models import ChallengeTaker
from programs.services import merge_customers, open_program, record_sale, refund_sale
from programs.services.merging import MergeOutcome
from smartbis.customers.errors import CpfsDiffer, CustomerGone, CustomerNotFound, SameCustomer
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import (
    allows,
    consent_history,
    contact_of,
    find_customer,
    get_customer,
    memberships_of,
)
from smartbis.customers.services import (
    add_identity,
    change_customer,
    erase_customer,
    record_consent,
    set_membership,
    suppress_phone,
)
from smartbis.kernel.clock import frozen, now
from smartbis.ledger.selectors import balances, check_ledger, statement
from smartbis.outbox.work import drain_queue
from smartbis.purchases.selectors import purchases_of
from smartbis.tenancy.once import patiently
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.factories import actor, make_customer
from tests.programs.conftest import make_cashback
from tests.programs.test_record_sale import draft
from tests.programs.test_refund_sale import spend
from tests.racing import race
from tests.vouchers.shop import coupon_of, issued, redeemed
from vouchers.selectors import vouchers_of


@pytest.fixture
def earning(aurora: TenantInfo) -> TenantInfo:
    """A brand that gives 20 % back."""
    make_cashback(aurora)
    return aurora


def merge(brand: TenantInfo, into: CustomerInfo, other: CustomerInfo, **options: object) -> MergeOutcome:
    return merge_customers(tenant=brand.id, into=into.id, other=other.id, actor=actor("owner"), **options)  # type: ignore[arg-type]


def money(brand: TenantInfo, customer: UUID) -> tuple[int, int, int]:
    held = {each.unit: each for each in balances(tenant=brand.id, customer=customer)}
    found = held.get("BRL")
    return (found.available, found.pending, found.owed) if found else (0, 0, 0)


def test_balances_sales_and_numbers_become_one_customers(earning: TenantInfo, boreal: TenantInfo) -> None:
    kept = make_customer(earning, "Ana Souza", phone="11 98765-1111")
    old = make_customer(earning, "Ana S.", phone="11 98765-2222", email="ana@old.example")
    stranger = make_customer(boreal, phone="11 98765-2222")
    record_sale(tenant=earning.id, sale=draft(earning, kept.id, 10_000, "1"))
    record_sale(tenant=earning.id, sale=draft(earning, old.id, 5_000, "2"))
    merge(earning, kept, old)
    assert money(earning, kept.id) == (3_000, 0, 0)
    assert [each.external_id for each in purchases_of(tenant=earning.id, customer=kept.id).items] in (
        ["1", "2"],
        ["2", "1"],
    )
    by_phone = find_customer(tenant=earning.id, phone="11 98765-2222")
    assert by_phone
    assert by_phone.id == kept.id
    assert by_phone.phone_masked.endswith("1111")
    assert by_phone.aliases[0].endswith("2222")
    assert by_phone.email_masked
    assert get_customer(tenant=earning.id, customer=old.id).id == kept.id
    assert contact_of(tenant=earning.id, customer=kept.id).phone_e164 == "+5511987651111"
    lines = statement(tenant=earning.id, customer=kept.id).items
    assert sum(line.amount for line in lines) == 3_000
    assert {line.merged_from for line in lines} == {None, old.id}
    assert sorted(line.kind for line in lines) == ["earn", "earn", "merged_away", "merged_in"]
    assert check_ledger(tenant=earning.id).ok
    found = find_customer(tenant=boreal.id, phone="11 98765-2222")
    assert found
    assert found.id == stranger.id


def test_merging_again_answers_the_same_and_chains_are_followed(earning: TenantInfo) -> None:
    first, second, third = (make_customer(earning, name) for name in ("A", "B", "C"))
    record_sale(tenant=earning.id, sale=draft(earning, first.id, 1_000, "1"))
    merge(earning, second, first)
    again = merge(earning, second, first)
    assert again.repeated
    assert again.customer.id == second.id
    merge(earning, third, second)
    assert get_customer(tenant=earning.id, customer=first.id).id == third.id
    assert money(earning, third.id) == (200, 0, 0)
    assert sum(line.amount for line in statement(tenant=earning.id, customer=third.id).items) == 200
    record_sale(tenant=earning.id, sale=draft(earning, first.id, 1_000, "2"))
    assert money(earning, third.id) == (400, 0, 0)
    assert check_ledger(tenant=earning.id).ok


def test_who_cannot_be_merged(earning: TenantInfo, boreal: TenantInfo) -> None:
    kept, gone, foreign = make_customer(earning), make_customer(earning), make_customer(boreal)
    with pytest.raises(SameCustomer):
        merge(earning, kept, kept)
    with pytest.raises(CustomerNotFound):
        merge(earning, kept, foreign)
    erase_customer(tenant=earning.id, customer=gone.id, actor=actor("owner"))
    with pytest.raises(CustomerGone):
        merge(earning, kept, gone)
    assert get_customer(tenant=boreal.id, customer=foreign.id).id == foreign.id


def test_two_cpfs_need_somebody_to_say_which_is_right(earning: TenantInfo) -> None:
    kept = make_customer(earning, cpf="529.982.247-25")
    other = make_customer(earning, cpf="168.995.350-09")
    with pytest.raises(CpfsDiffer):
        merge(earning, kept, other)
    assert get_customer(tenant=earning.id, customer=other.id).id == other.id
    merge(earning, kept, other, cpf_of="other")
    found = find_customer(tenant=earning.id, cpf="168.995.350-09")
    assert found
    assert found.id == kept.id
    assert find_customer(tenant=earning.id, cpf="529.982.247-25") is None


def test_what_is_owed_is_paid_from_the_joined_balance(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning)
    sale = record_sale(tenant=earning.id, sale=draft(earning, other.id, 10_000, "1")).purchase
    spend(earning, other.id, 2_000)
    refund_sale(tenant=earning.id, purchase=sale.id, amount_minor=10_000, external_id="r", actor=actor())
    assert money(earning, other.id) == (0, 0, 2_000)
    record_sale(tenant=earning.id, sale=draft(earning, kept.id, 15_000, "2"))
    merge(earning, kept, other)
    assert money(earning, kept.id) == (1_000, 0, 0)
    assert check_ledger(tenant=earning.id).ok


def test_a_balance_below_zero_moves_as_it_is(aurora: TenantInfo) -> None:
    change_brand(tenant=aurora.id, shortfall_policy="negative", actor=actor("owner"))
    make_cashback(aurora)
    kept, other = make_customer(aurora), make_customer(aurora)
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, other.id, 10_000, "1")).purchase
    spend(aurora, other.id, 2_000)
    refund_sale(tenant=aurora.id, purchase=sale.id, amount_minor=10_000, external_id="r", actor=actor())
    assert money(aurora, other.id) == (-2_000, 0, 0)
    merge(aurora, kept, other)
    assert money(aurora, kept.id) == (-2_000, 0, 0)
    assert money(aurora, other.id) == (0, 0, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_refunds_and_releases_of_the_other_go_on(aurora: TenantInfo) -> None:
    make_cashback(aurora, hold_days=7)
    kept, other = make_customer(aurora), make_customer(aurora)
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, other.id, 10_000, "1")).purchase
    merge(aurora, kept, other)
    assert money(aurora, kept.id) == (0, 2_000, 0)
    refund_sale(tenant=aurora.id, purchase=sale.id, amount_minor=5_000, external_id="r1", actor=actor())
    assert money(aurora, kept.id) == (0, 1_000, 0)
    with frozen(now() + timedelta(days=8)):
        drain_queue("relay")
        assert money(aurora, kept.id) == (1_000, 0, 0)
        refund_sale(tenant=aurora.id, purchase=sale.id, amount_minor=5_000, external_id="r2", actor=actor())
    assert money(aurora, kept.id) == (0, 0, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_the_others_vouchers_can_be_used(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning)
    coupon = coupon_of(earning, limit_per_customer=1)
    voucher = issued(earning, coupon, other)
    merge(earning, kept, other)
    assert [each.id for each in vouchers_of(tenant=earning.id, customer=kept.id)] == [voucher.id]
    redeemed(earning, voucher, customer=kept.id)


def test_consent_the_stricter_wins_unless_newer(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning)
    say = partial(record_consent, tenant=earning.id, category="marketing", channel="counter", actor=actor())
    say(customer=kept.id, granted=True)
    say(customer=other.id, granted=False)
    merge(earning, kept, other)
    assert not allows(tenant=earning.id, customer=kept.id, category="marketing")
    assert allows(tenant=earning.id, customer=kept.id, category="utility")
    assert len(consent_history(tenant=earning.id, customer=kept.id)) == 5
    third = make_customer(earning)
    say(customer=third.id, granted=False)
    say(customer=kept.id, granted=True)
    merge(earning, kept, third)
    assert allows(tenant=earning.id, customer=kept.id, category="marketing")
    fourth = make_customer(earning)
    say(customer=fourth.id, granted=True)
    fifth = make_customer(earning)
    merge(earning, fifth, fourth)
    assert not allows(tenant=earning.id, customer=fifth.id, category="marketing")


def test_a_suppressed_number_stays_suppressed(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning, phone="11 98765-2222")
    suppress_phone(tenant=earning.id, phone="11 98765-2222", category="utility")
    merge(earning, kept, other)
    assert allows(tenant=earning.id, customer=kept.id, category="utility")
    change_customer(tenant=earning.id, customer=kept.id, phone="11 98765-2222", actor=actor())
    assert not allows(tenant=earning.id, customer=kept.id, category="utility")


def test_the_old_number_does_not_take_over_whatsapp(earning: TenantInfo) -> None:
    kept = make_customer(earning, phone="11 98765-1111")
    other = make_customer(earning, phone="11 98765-2222")
    add_identity(tenant=earning.id, customer=kept.id, kind="whatsapp", value="5511987651111")
    merge(earning, kept, other)
    add_identity(tenant=earning.id, customer=kept.id, kind="whatsapp", value="551187652222")
    contact = contact_of(tenant=earning.id, customer=kept.id)
    assert (contact.phone_e164, contact.wa_id) == ("+5511987651111", "5511987651111")


def test_belongings_are_joined(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning)
    for who, kind, key in ((kept, "tag", "vip"), (other, "tag", "vip"), (other, "tag", "gluten"), (other, "tier", "b")):
        set_membership(tenant=earning.id, customer=who.id, kind=kind, key=key)
    set_membership(tenant=earning.id, customer=kept.id, kind="tier", key="a")
    merge(earning, kept, other)
    assert memberships_of(tenant=earning.id, customer=kept.id) == {("tag", "vip"), ("tag", "gluten"), ("tier", "a")}
    set_membership(tenant=earning.id, customer=other.id, kind="tag", key="late")
    assert ("tag", "late") in memberships_of(tenant=earning.id, customer=kept.id)


def test_a_repeated_sale_of_the_old_customer_is_still_a_repeat(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning)
    sale = draft(earning, other.id, 10_000, "1")
    record_sale(tenant=earning.id, sale=sale)
    merge(earning, kept, other)
    assert record_sale(tenant=earning.id, sale=sale).repeated
    assert record_sale(tenant=earning.id, sale=replace(sale, customer=kept.id)).repeated
    assert money(earning, kept.id) == (2_000, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_sales_racing_the_merge_end_up_with_who_stays(earning: TenantInfo) -> None:
    for round_ in range(5):
        kept, other = make_customer(earning), make_customer(earning)
        record_sale(tenant=earning.id, sale=draft(earning, other.id, 1_000, f"{round_}-first"))
        sell = [
            partial(record_sale, tenant=earning.id, sale=draft(earning, who.id, 1_000, f"{round_}-{place}"))
            for place, who in enumerate((other, other, kept))
        ]
        first = purchases_of(tenant=earning.id, customer=other.id).items[0].id
        refund = partial(
            refund_sale, tenant=earning.id, purchase=first, amount_minor=500, external_id="r", actor=actor()
        )
        results = race(*sell, partial(merge, earning, kept, other), refund)
        assert not [each for each in results if isinstance(each, Exception)], results
        drain_queue("relay")
        assert money(earning, kept.id) == (700, 0, 0)
        assert money(earning, other.id) == (0, 0, 0)
        assert len(purchases_of(tenant=earning.id, customer=kept.id).items) == 4
        assert purchases_of(tenant=earning.id, customer=other.id).items == ()
    assert check_ledger(tenant=earning.id).ok


@pytest.mark.django_db(transaction=True)
def test_merges_in_both_directions_at_once_leave_one(earning: TenantInfo) -> None:
    one, two = make_customer(earning), make_customer(earning)
    record_sale(tenant=earning.id, sale=draft(earning, one.id, 1_000, "1"))
    results = race(partial(merge, earning, one, two), partial(merge, earning, two, one))
    assert not [each for each in results if isinstance(each, Exception)], results
    survivors = {get_customer(tenant=earning.id, customer=each.id).id for each in (one, two)}
    assert len(survivors) == 1
    assert money(earning, survivors.pop()) == (200, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_voucher_used_while_its_customer_is_merged(earning: TenantInfo) -> None:
    kept, other = make_customer(earning), make_customer(earning)
    voucher = issued(earning, coupon_of(earning), other)
    use = partial(patiently, partial(redeemed, earning, voucher, customer=other.id))
    results = race(partial(merge, earning, kept, other), use)
    assert not isinstance(results[0], Exception), results
    if isinstance(results[1], Exception):
        assert getattr(results[1], "code", "") == "voucher_wrong_customer", results
    assert vouchers_of(tenant=earning.id, customer=kept.id)


def test_a_cap_counts_what_both_were_given(aurora: TenantInfo) -> None:
    rule = {
        "key": "base",
        "name": "Base",
        "effect": {"kind": "percentage", "basis_points": 2000},
        "limits": {"per_customer": {"life": 1_500}},
    }
    open_program(tenant=aurora.id, name="Volta", kind="cashback", spec={"rules": [rule]}, actor=actor("owner"))
    kept, other = make_customer(aurora), make_customer(aurora)
    for place, who in enumerate((kept, other)):
        record_sale(tenant=aurora.id, sale=draft(aurora, who.id, 3_500, f"{place}"))
    assert (money(aurora, kept.id), money(aurora, other.id)) == ((700, 0, 0), (700, 0, 0))
    merge(aurora, kept, other)
    record_sale(tenant=aurora.id, sale=draft(aurora, kept.id, 3_500, "3"))
    assert money(aurora, kept.id) == (1_500, 0, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_challenges_are_not_rewarded_twice(aurora: TenantInfo) -> None:
    challenge = create_challenge(
        tenant=aurora.id,
        draft=ChallengeDraft(key="duas", name="Duas compras", goal="purchases", number=2, times=2, days=30),
        actor=actor("owner"),
    )
    kept, other = make_customer(aurora), make_customer(aurora)
    for place, who in enumerate((kept, other, other)):
        record_sale(tenant=aurora.id, sale=draft(aurora, who.id, 3_500, f"{place}"))
    drain_queue("relay")
    merge(aurora, kept, other)
    drain_queue("relay")
    with tenant_scope(aurora.id):
        rows = dict(ChallengeTaker.objects.filter(challenge_id=challenge.id).values_list("customer_id", "done"))
    assert rows == {kept.id: 1, other.id: 0}
