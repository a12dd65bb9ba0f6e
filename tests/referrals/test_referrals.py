"""Customers bring friends: bound at enrolment, rewarded after a purchase that stands, never for bringing themselves."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from programs.referrals.errors import ReferralDecided
from programs.referrals.infos import ReferralInfo, ReferralTermsDraft
from programs.referrals.selectors import find_referral, referrals, referrer_info
from programs.referrals.services import (
    bind_referral,
    code_of,
    decide_referral,
    judge_referral_of,
    set_terms,
    settle_due,
)
from programs.referrals.suspicion import plain_email
from programs.services import merge_customers, record_sale, refund_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, make_member, store_of
from tests.imports.loading import load, take_back
from tests.programs.conftest import make_points
from tests.racing import race
from tests.vouchers.shop import available, events_of, everything

pytestmark = pytest.mark.django_db(transaction=True)
MANAGER = actor("manager")
SELF = Actor(kind="customer")


def open_terms(brand: TenantInfo, **terms: Any) -> None:
    """Points for who refers and, where asked for, for who comes."""
    make_points(brand, participations={"referral": 100, "referred": 30})
    set_terms(tenant=brand.id, draft=ReferralTermsDraft(is_live=True, **terms), actor=MANAGER)


def brought(brand: TenantInfo, referrer: CustomerInfo, friend: CustomerInfo | None = None, **more: Any) -> ReferralInfo:
    """Somebody new who came through the referrer's code."""
    friend = friend or make_customer(brand, "Bia Reis")
    code = code_of(tenant=brand.id, customer=referrer.id)
    facts: dict[str, Any] = {"channel": "portal", "actor": SELF} | more
    found = bind_referral(tenant=brand.id, code=code, friend=friend.id, **facts)
    assert found is not None
    return found


def buys(brand: TenantInfo, customer: Any, amount_minor: int = 5_000) -> Any:
    """A sale, with what follows from it."""
    draft = SaleDraft(
        customer=customer, amount_minor=amount_minor, external_id=uuid4().hex, store=store_of(brand).id, currency="BRL"
    )
    sale = record_sale(tenant=brand.id, sale=draft).purchase
    drain_queue("relay")
    return sale


def state_of(brand: TenantInfo, referral: ReferralInfo) -> ReferralInfo:
    found = find_referral(tenant=brand.id, referral=referral.id)
    assert found is not None
    return found


def test_the_first_purchase_of_a_friend_rewards_both(aurora: TenantInfo, boreal: TenantInfo) -> None:
    open_terms(aurora, rewards_friend=True, minimum_minor=4_000)
    ana, before = make_customer(aurora), everything(boreal)
    referral = brought(aurora, ana)
    assert (referral.status, referral.reasons) == ("waiting", ())
    buys(aurora, referral.friend_id, 3_999)
    assert state_of(aurora, referral).status == "waiting"
    buys(aurora, referral.friend_id, 4_000)
    settled = state_of(aurora, referral)
    assert (settled.status, available(aurora, ana, "points")) == ("settled", 100)
    (told,) = events_of(aurora, "referral.settled.v1")
    assert (told["referrer_id"], told["participation_id"]) == (str(ana.id), str(settled.participation_id))
    buys(aurora, referral.friend_id, 9_000)
    assert len(events_of(aurora, "referral.settled.v1")) == 1
    info = referrer_info(tenant=aurora.id, customer=ana.id)
    assert (info.invited, info.settled, info.settled_this_month, info.waiting) == (1, 1, 1, 0)
    assert everything(boreal) == before


def test_who_brought_a_friend_is_rewarded_though_the_friend_is_erased(aurora: TenantInfo, boreal: TenantInfo) -> None:
    open_terms(aurora, rewards_friend=True, wait_days=7)
    ana, before = make_customer(aurora), everything(boreal)
    referral = brought(aurora, ana)
    buys(aurora, referral.friend_id, 9_000)
    assert state_of(aurora, referral).status == "settling"
    erase_customer(tenant=aurora.id, customer=referral.friend_id, actor=actor("owner"))
    with frozen(now() + timedelta(days=8)):
        drain_queue("relay")
    assert (state_of(aurora, referral).status, available(aurora, ana, "points")) == ("settled", 100)
    assert everything(boreal) == before


def test_nobody_is_bound_twice_late_or_to_themselves(aurora: TenantInfo, boreal: TenantInfo) -> None:
    open_terms(aurora)
    open_terms(boreal)
    ana, carla = make_customer(aurora), make_customer(aurora, "Carla Dias")
    first = brought(aurora, ana)
    code = code_of(tenant=aurora.id, customer=carla.id)
    again = bind_referral(tenant=aurora.id, code=code, friend=first.friend_id, channel="api", actor=SELF)
    assert again is not None
    assert again.referrer_id == ana.id
    own = code_of(tenant=aurora.id, customer=ana.id)
    assert bind_referral(tenant=aurora.id, code=own, friend=ana.id, channel="api", actor=SELF) is None
    assert bind_referral(tenant=aurora.id, code="NOBODY", friend=carla.id, channel="api", actor=SELF) is None
    with frozen(now() + timedelta(minutes=2)):
        assert bind_referral(tenant=aurora.id, code=own, friend=carla.id, channel="api", actor=SELF) is None
    stranger = make_customer(boreal)
    assert bind_referral(tenant=boreal.id, code=own, friend=stranger.id, channel="api", actor=SELF) is None
    assert len(referrals(tenant=aurora.id)) == 1


def test_nothing_is_noted_while_the_brand_gives_nothing(aurora: TenantInfo) -> None:
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    code = code_of(tenant=aurora.id, customer=ana.id)
    assert bind_referral(tenant=aurora.id, code=code, friend=bia.id, channel="api", actor=SELF) is None


def test_a_refund_within_the_wait_takes_the_purchase_away(aurora: TenantInfo) -> None:
    open_terms(aurora, wait_days=7)
    ana = make_customer(aurora)
    referral = brought(aurora, ana)
    sale = buys(aurora, referral.friend_id)
    waiting = state_of(aurora, referral)
    assert (waiting.status, waiting.due_at) == ("settling", sale.occurred_at + timedelta(days=7))
    refund_sale(tenant=aurora.id, purchase=sale.id, external_id="r", amount_minor=sale.amount_minor, actor=MANAGER)
    drain_queue("relay")
    assert state_of(aurora, referral).status == "waiting"
    with frozen(now() + timedelta(days=8)):
        settle_due(tenant=aurora.id)
    assert available(aurora, ana, "points") == 0


def test_after_the_wait_it_settles_by_itself(aurora: TenantInfo) -> None:
    open_terms(aurora, wait_days=7)
    ana = make_customer(aurora)
    referral = brought(aurora, ana)
    buys(aurora, referral.friend_id)
    with frozen(now() + timedelta(days=7, seconds=1)):
        drain_queue("relay")
        assert state_of(aurora, referral).status == "settled"
    assert available(aurora, ana, "points") == 100


def test_what_looks_like_oneself_is_held_for_a_person(aurora: TenantInfo) -> None:
    open_terms(aurora)
    ana = make_customer(aurora, "Ana Lima", email="ana.lima@gmail.com", phone="+5511987654321")
    twin = make_customer(aurora, "A Lima", email="analima+clube@googlemail.com")
    same_mail = brought(aurora, ana, twin)
    same_device = brought(aurora, ana, make_customer(aurora, "Outra Pessoa"), seen_here=(ana.id,))
    assert (same_mail.status, same_mail.reasons) == ("held", ("same_email",))
    assert (same_device.status, same_device.reasons) == ("held", ("same_device",))
    buys(aurora, twin.id)
    assert available(aurora, ana, "points") == 0
    with pytest.raises(PermissionMissing):
        decide_referral(tenant=aurora.id, referral=same_mail.id, is_good=True, actor=actor("operator"))
    good = decide_referral(tenant=aurora.id, referral=same_mail.id, is_good=True, actor=MANAGER)
    bad = decide_referral(tenant=aurora.id, referral=same_device.id, is_good=False, actor=MANAGER)
    assert (good.status, bad.status, bad.decided_by) == ("settled", "refused", "Manager")
    assert available(aurora, ana, "points") == 100
    with pytest.raises(ReferralDecided):
        decide_referral(tenant=aurora.id, referral=same_device.id, is_good=True, actor=MANAGER)


def test_who_was_a_customer_before_under_another_record_is_nobodys_friend(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    for brand in (aurora, boreal):
        open_terms(brand)
    with frozen(now() - timedelta(days=400)):
        old = make_customer(aurora, "Bia Reis")
    ana, eva = make_customer(aurora), make_customer(boreal)
    ours, theirs = brought(aurora, ana), brought(boreal, eva)
    merge_customers(tenant=aurora.id, into=old.id, other=ours.friend_id, actor=actor("owner"))
    drain_queue("relay")
    for brand, friend in ((aurora, old.id), (boreal, theirs.friend_id)):
        buys(brand, friend)
    found = state_of(aurora, ours)
    assert (found.status, found.reasons) == ("refused", ("was_customer",))
    assert (available(aurora, ana, "points"), available(boreal, eva, "points")) == (0, 100)


@pytest.mark.parametrize("buys_first", [True, False])
def test_who_turns_out_to_have_referred_themselves_keeps_nothing(
    aurora: TenantInfo, boreal: TenantInfo, buys_first: bool
) -> None:
    for brand in (aurora, boreal):
        open_terms(brand, rewards_friend=True, life_cap=1)
    ana, eva = make_customer(aurora), make_customer(boreal)
    ours, theirs = brought(aurora, ana), brought(boreal, eva)
    buys(boreal, theirs.friend_id)
    if buys_first:
        buys(aurora, ours.friend_id)
        assert available(aurora, ana, "points") == 100
    own = 50 if buys_first else 0  # what the sale itself earned
    merge_customers(tenant=aurora.id, into=ana.id, other=ours.friend_id, actor=actor("owner"))
    drain_queue("relay")
    found = state_of(aurora, ours)
    assert (found.status, found.reasons) == ("refused", ("same_person",))
    assert (available(aurora, ana, "points"), available(boreal, eva, "points")) == (own, 100)
    another = brought(aurora, ana)
    buys(aurora, another.friend_id)
    assert (state_of(aurora, another).status, available(aurora, ana, "points")) == ("settled", own + 100)


def test_a_friends_purchase_that_comes_in_by_a_file_counts_until_it_is_undone(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    for brand in (aurora, boreal):
        open_terms(brand, wait_days=2)
    ana, eva = make_customer(aurora), make_customer(boreal)
    ours, theirs = (
        brought(brand, referrer, make_customer(brand, "Bia Reis", external_id="77"))
        for brand, referrer in ((aurora, ana), (boreal, eva))
    )
    head = "external_id,occurred_at,amount,store,customer_external_id\n"
    first = load(aurora, f"{head}A1,{now().isoformat()},50.00,centro,77\n")
    drain_queue("relay")
    assert state_of(aurora, ours).status == "settling"
    take_back(aurora, first)
    drain_queue("relay")
    assert (state_of(aurora, ours).status, state_of(aurora, ours).due_at) == ("waiting", None)
    load(aurora, f"{head}A2,{now().isoformat()},50.00,centro,77\n")
    drain_queue("relay")
    with frozen(now() + timedelta(days=3)):
        drain_queue("relay")
    assert (state_of(aurora, ours).status, available(aurora, ana, "points")) == ("settled", 100)
    assert (state_of(boreal, theirs).status, available(boreal, eva, "points")) == ("waiting", 0)


def test_an_operator_who_brings_their_own_is_looked_at(aurora: TenantInfo) -> None:
    open_terms(aurora)
    member = make_member(aurora, "operator")
    operator = Actor(kind="staff", role="operator", id=member.user_id, label=member.name)
    ana = make_customer(aurora, "Otto", email=member.email)
    assert brought(aurora, ana, actor=operator, channel="counter").reasons == ("own_operator",)
    eva = make_customer(aurora, "Eva")
    found = [brought(aurora, eva, actor=operator, channel="counter").reasons for _ in range(4)]
    assert found == [(), (), (), ("same_operator",)]


def test_no_cap_is_passed_by_friends_who_buy_at_once(aurora: TenantInfo) -> None:
    open_terms(aurora, month_cap=2)
    ana = make_customer(aurora)
    found = [brought(aurora, ana) for _ in range(6)]
    for number, each in enumerate(found):
        draft = SaleDraft(
            customer=each.friend_id,
            amount_minor=5_000,
            external_id=f"v{number}",
            store=store_of(aurora).id,
            currency="BRL",
        )
        record_sale(tenant=aurora.id, sale=draft)
    results = race(*[partial(judge_referral_of, tenant=aurora.id, friend=each.friend_id) for each in found])
    assert [each for each in results if each is not None] == []
    states = sorted(state_of(aurora, each).status for each in found)
    assert states == ["refused"] * 4 + ["settled"] * 2
    assert available(aurora, ana, "points") == 200
    assert {reason for each in found for reason in state_of(aurora, each).reasons} == {"month_cap"}


def test_terms_that_make_no_sense_are_refused(aurora: TenantInfo) -> None:
    with pytest.raises(InvalidInput) as refusal:
        set_terms(tenant=aurora.id, draft=ReferralTermsDraft(wait_days=-1, month_cap=0), actor=MANAGER)
    assert sorted(refusal.value.errors) == ["month_cap", "wait_days"]


def test_mail_is_compared_as_providers_do() -> None:
    assert plain_email("Ana.Lima+x@GMAIL.com") == plain_email("analima@googlemail.com") == "analima@gmail.com"
    assert plain_email("ana.lima+x@loja.example") == "ana.lima@loja.example"
    assert plain_email("") == ""
