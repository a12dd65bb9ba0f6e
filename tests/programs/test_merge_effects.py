"""What a merge is said to do to plans, events, referrals and challenges is what it does."""

from datetime import timedelta
from uuid import uuid4

import pytest

from programs.challenges.infos import ChallengeDraft
from programs.challenges.selectors import progress_of
from programs.challenges.services import create_challenge
from programs.gatherings.selectors import registrations_of
from programs.selectors import MergePreview, current_plans, preview_merge
from programs.selectors.merge_effects import MergeEffects
from programs.services import merge_customers, record_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen, now
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.gatherings.hall import gathering_of, let_in, registered
from tests.programs.buying_plans import plan, sell
from tests.programs.test_record_sale import draft
from tests.referrals.test_referrals import brought, buys, open_terms, state_of
from tests.vouchers.shop import available, everything, give

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def foreseen(brand: TenantInfo, into: CustomerInfo, other: CustomerInfo) -> MergePreview:
    """The preview, which changes nothing."""
    before = everything(brand)
    found = preview_merge(tenant=brand.id, into=into.id, other=other.id)
    assert everything(brand) == before
    return found


def merged(brand: TenantInfo, into: CustomerInfo, other: CustomerInfo) -> None:
    merge_customers(tenant=brand.id, into=into.id, other=other.id, actor=actor("owner"))
    drain_queue("relay")
    drain_queue("bulk")


def test_plans_are_laid_together_as_foreseen(aurora: TenantInfo) -> None:
    plan(aurora)
    kept, other = make_customer(aurora), make_customer(aurora)
    sell(aurora, kept, "1")
    with frozen(now() + DAY):
        sell(aurora, other, "2")
        (mine,), (theirs,) = (current_plans(tenant=aurora.id, customer=each.id) for each in (kept, other))
        (effect,) = foreseen(aurora, kept, other).effects.plans
        assert (effect.key, effect.into_ends_at, effect.other_ends_at) == ("socio", mine.ends_at, theirs.ends_at)
        assert effect.ends_at > theirs.ends_at
        merged(aurora, kept, other)
        (together,) = current_plans(tenant=aurora.id, customer=kept.id)
    assert together.ends_at == effect.ends_at


def test_of_two_places_one_stays_as_foreseen(aurora: TenantInfo) -> None:
    kept, other = make_customer(aurora), make_customer(aurora)
    give(aurora, kept, 50, "points")
    give(aurora, other, 50, "points")
    evening = gathering_of(aurora, price_unit="points", price_amount=30, starts_at=now() + timedelta(hours=1))
    theirs = registered(aurora, evening, other)
    registered(aurora, evening, kept)
    registered(aurora, gathering_of(aurora, name="Feira"), other)
    let_in(aurora, evening, theirs.id)
    (effect,) = foreseen(aurora, kept, other).effects.events
    assert (effect.name, effect.keeps, effect.ends) == ("Sarau", "arrived", "registered")
    assert (effect.returned_points, effect.undoes_arrival) == (30, False)
    merged(aurora, kept, other)
    assert available(aurora, kept, "points") == 20 + 20 + 30
    states = sorted(row.status for row in registrations_of(tenant=aurora.id, customer=kept.id))
    assert states == ["arrived", "left", "registered"]


def test_a_second_arrival_is_foreseen_to_be_undone(aurora: TenantInfo) -> None:
    kept, other = make_customer(aurora), make_customer(aurora)
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=1))
    for each in (kept, other):
        let_in(aurora, evening, registered(aurora, evening, each).id)
    (effect,) = foreseen(aurora, kept, other).effects.events
    assert (effect.keeps, effect.ends, effect.undoes_arrival) == ("arrived", "arrived", True)


def test_referrals_are_refused_as_foreseen(aurora: TenantInfo) -> None:
    open_terms(aurora)
    ana = make_customer(aurora)
    own, another = brought(aurora, ana), brought(aurora, ana)
    buys(aurora, own.friend_id)
    friend = preview_merge(tenant=aurora.id, into=ana.id, other=own.friend_id).other.customer
    found = foreseen(aurora, friend, ana).effects
    assert [(each.id, each.was, each.reason) for each in found.referrals] == [(own.id, "settled", "same_person")]
    assert found.referrals_moved == 1
    merged(aurora, friend, ana)
    assert (state_of(aurora, own).status, state_of(aurora, another).status) == ("refused", "waiting")
    assert state_of(aurora, another).referrer_id == friend.id


def test_a_friend_who_was_a_customer_is_foreseen(aurora: TenantInfo) -> None:
    open_terms(aurora)
    with frozen(now() - DAY):
        old = make_customer(aurora)
    referral = brought(aurora, make_customer(aurora))
    friend = preview_merge(tenant=aurora.id, into=old.id, other=referral.friend_id).other.customer
    (effect,) = foreseen(aurora, old, friend).effects.referrals
    assert (effect.id, effect.was, effect.reason) == (referral.id, "waiting", "was_customer")
    merged(aurora, old, friend)
    assert state_of(aurora, referral).reasons == ("was_customer",)


@pytest.mark.parametrize(("goal", "number", "total", "rewards"), [("purchases", 2, 3, 0), ("spend", 5_000, 10_500, 1)])
def test_challenges_count_for_both_as_foreseen(
    aurora: TenantInfo, goal: str, number: int, total: int, rewards: int
) -> None:
    challenge = ChallengeDraft(key="meta", name="Meta", goal=goal, number=number, times=2, days=30)
    create_challenge(tenant=aurora.id, draft=challenge, actor=actor("owner"))
    kept, other = make_customer(aurora), make_customer(aurora)
    for who in (kept, other, other):
        record_sale(tenant=aurora.id, sale=draft(aurora, who.id, 3_500, uuid4().hex))
    drain_queue("relay")
    (effect,) = foreseen(aurora, kept, other).effects.challenges
    assert (effect.total, effect.done, effect.rewards) == (total, 1, rewards)
    merged(aurora, kept, other)
    (progress,) = progress_of(tenant=aurora.id, customer=kept.id)
    assert progress.done == effect.done + effect.rewards


def test_events_count_once_though_both_arrived(aurora: TenantInfo) -> None:
    challenge = ChallengeDraft(key="meta", name="Meta", goal="events", number=1, times=2, days=30)
    create_challenge(tenant=aurora.id, draft=challenge, actor=actor("owner"))
    kept, other = make_customer(aurora), make_customer(aurora)
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=1))
    for each in (kept, other):
        let_in(aurora, evening, registered(aurora, evening, each).id)
    drain_queue("relay")
    (effect,) = foreseen(aurora, kept, other).effects.challenges
    assert (effect.total, effect.done, effect.rewards) == (1, 2, 0)


def test_nothing_is_foreseen_for_who_takes_part_in_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    plan(boreal)
    sell(boreal, make_customer(boreal))
    kept, other = make_customer(aurora), make_customer(aurora)
    assert foreseen(aurora, kept, other).effects == MergeEffects()
    merged(aurora, kept, other)
    assert foreseen(aurora, kept, other).effects == MergeEffects()
