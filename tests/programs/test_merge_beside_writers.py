"""Somebody is merged, statement by statement, while it is being written what they do: neither waits for the other."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge, join_challenge, judge_challenges
from programs.gatherings.infos import RegistrationInfo
from programs.gatherings.selectors import registrations
from programs.gatherings.services import leave, undo_check_in
from programs.models import Award, ChallengeTaker, Participation, Referral, Referrer, Registration
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, judge_referral_of, set_terms
from programs.services import merge_customers, record_sale, spend_balance
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.gatherings.hall import OPERATOR, gathering_of, let_in, registered, self_of
from tests.programs.conftest import make_points
from tests.programs.test_record_sale import draft
from tests.programs.test_spending import programme
from tests.stepping import Rival, interleave
from tests.unchanged import unchanged
from tests.vouchers.shop import available, give

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(hours=1)
Work = Callable[[], Any]
# The writer goes so far before the merge begins; then the merge goes on until it is done, or waits.
HEAD_STARTS = (2, 4, 6, 9, 13, 18)


def _check_in(brand: TenantInfo, ana: CustomerInfo) -> Work:
    evening = gathering_of(brand, starts_at=now() + SOON)
    return partial(let_in, brand, evening, registered(brand, evening, ana).id)


def _check_in_undone(brand: TenantInfo, ana: CustomerInfo) -> Work:
    evening = gathering_of(brand, starts_at=now() + SOON)
    place = registered(brand, evening, ana)
    let_in(brand, evening, place.id)
    return partial(undo_check_in, tenant=brand.id, registration=place.id, key=uuid4().hex, actor=OPERATOR)


def _registering(brand: TenantInfo, ana: CustomerInfo) -> Work:
    give(brand, ana, 5, "points")
    return partial(registered, brand, gathering_of(brand, price_unit="points", price_amount=5), ana)


def _moving_up(brand: TenantInfo, ana: CustomerInfo) -> Work:
    evening, other = gathering_of(brand, capacity=1), make_customer(brand, "Bia Reis")
    place = registered(brand, evening, other)
    registered(brand, evening, ana)
    return partial(leave, tenant=brand.id, registration=place.id, actor=self_of(other))


def _joining(brand: TenantInfo, ana: CustomerInfo) -> Work:
    return partial(join_challenge, tenant=brand.id, challenge=_challenge(brand, opt_in=True), customer=ana.id)


def _reaching(brand: TenantInfo, ana: CustomerInfo) -> Work:
    _challenge(brand)
    record_sale(tenant=brand.id, sale=draft(brand, ana.id, 5_000, uuid4().hex))
    return partial(judge_challenges, tenant=brand.id, customer=ana.id)


def _bringing(brand: TenantInfo, ana: CustomerInfo) -> Work:
    friend = make_customer(brand, "Bia Reis")
    _bind(brand, ana, friend)
    record_sale(tenant=brand.id, sale=draft(brand, friend.id, 5_000, uuid4().hex))
    return partial(judge_referral_of, tenant=brand.id, friend=friend.id)


def _coming(brand: TenantInfo, ana: CustomerInfo) -> Work:
    _bind(brand, make_customer(brand, "Bia Reis"), ana)
    record_sale(tenant=brand.id, sale=draft(brand, ana.id, 5_000, uuid4().hex))
    return partial(judge_referral_of, tenant=brand.id, friend=ana.id)


def _bind(brand: TenantInfo, referrer: CustomerInfo, friend: CustomerInfo) -> None:
    set_terms(tenant=brand.id, draft=ReferralTermsDraft(is_live=True, rewards_friend=True), actor=actor("manager"))
    code = code_of(tenant=brand.id, customer=referrer.id)
    bind_referral(tenant=brand.id, code=code, friend=friend.id, channel="portal", actor=Actor(kind="customer"))


def _challenge(brand: TenantInfo, **terms: Any) -> UUID:
    named: dict[str, Any] = {
        "key": f"c{uuid4().hex[:8]}",
        "name": "Desafio",
        "goal": "purchases",
        "number": 1,
        "days": 30,
    }
    named |= terms
    return create_challenge(tenant=brand.id, draft=ChallengeDraft(**named), actor=actor("manager")).id


WRITERS = (_check_in, _check_in_undone, _registering, _moving_up, _joining, _reaching, _bringing, _coming)


@pytest.mark.parametrize("writer", WRITERS, ids=lambda each: each.__name__.strip("_"))
def test_a_merge_and_who_writes_about_its_customers_wait_in_one_order(
    aurora: TenantInfo, boreal: TenantInfo, writer: Callable[[TenantInfo, CustomerInfo], Work]
) -> None:
    events = {"event": 50, "referral": 10, "referred": 3}
    make_points(aurora, participations=events), make_points(boreal, participations=events)
    writer(boreal, make_customer(boreal))
    drain_queue("relay")
    for head_start in HEAD_STARTS:
        kept, lost = make_customer(aurora), make_customer(aurora)
        work = writer(aurora, lost)
        merge = partial(merge_customers, tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
        with unchanged(boreal):
            one, two = Rival("writer", work), Rival("merge", merge)
            ring = interleave(one, two, [0] * head_start + [1] * 300)
        assert ring is None, ring
        assert (one.error, two.error) == (None, None)
        drain_queue("relay")
        assert _of(aurora, lost) == []
        assert _of(aurora, kept) != []
    assert check_ledger(tenant=aurora.id).ok


def _of(brand: TenantInfo, customer: CustomerInfo) -> list[str]:
    """In which tables there is something of a customer."""
    found = []
    with tenant_scope(brand.id):
        for model in (Registration, ChallengeTaker, Participation, Award, Referrer):
            found += [model.__name__] * model.objects.filter(customer_id=customer.id).exists()
        found += ["Referral"] * Referral.objects.filter(friend_id=customer.id).exists()
    return found


def _list(brand: TenantInfo, gathering: UUID) -> list[RegistrationInfo]:
    return [
        each for status in ("", "left") for each in registrations(tenant=brand.id, gathering=gathering, status=status)
    ]


def test_of_two_places_of_one_person_one_comes_back_and_goes_on(aurora: TenantInfo, boreal: TenantInfo) -> None:
    terms: dict[str, Any] = {"capacity": 2, "price_unit": "points", "price_amount": 5}
    evening, elsewhere = gathering_of(aurora, **terms), gathering_of(boreal, **terms)
    kept, lost, third = make_customer(aurora), make_customer(aurora), make_customer(aurora, "Bia Reis")
    for person in (kept, lost, third):
        give(aurora, person, 5, "points")
        registered(aurora, evening, person)
    stranger = make_customer(boreal)
    give(boreal, stranger, 5, "points")
    registered(boreal, elsewhere, stranger)
    drain_queue("relay")
    with unchanged(boreal):
        merge_customers(tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
        drain_queue("relay")
    rows = _list(aurora, evening.id)
    live = {row.customer_id: row.status for row in rows if row.status != "left"}
    assert live == {kept.id: "registered", third.id: "registered"}
    assert (available(aurora, kept, "points"), available(aurora, third, "points")) == (5, 0)
    assert _of(aurora, lost) == []
    assert check_ledger(tenant=aurora.id).ok


def test_who_arrived_stays_arrived_when_the_other_record_only_waits(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening, elsewhere = gathering_of(aurora, capacity=1, starts_at=now() + SOON), gathering_of(boreal)
    kept, lost = make_customer(aurora), make_customer(aurora)
    let_in(aurora, evening, registered(aurora, evening, lost).id)
    registered(aurora, evening, kept)
    registered(boreal, elsewhere, make_customer(boreal))
    drain_queue("relay")
    with unchanged(boreal):
        merge_customers(tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
        drain_queue("relay")
    rows = _list(aurora, evening.id)
    assert sorted((row.customer_id == kept.id, row.status) for row in rows) == [(True, "arrived"), (True, "left")]


@pytest.mark.parametrize("is_over", [False, True])
def test_of_two_arrivals_of_one_person_the_first_stays_and_counts_once(
    aurora: TenantInfo, boreal: TenantInfo, is_over: bool
) -> None:
    at = now() + timedelta(minutes=5)
    terms: dict[str, Any] = {"starts_at": at + SOON, "price_unit": "points", "price_amount": 5}
    people = {}
    for brand in (aurora, boreal):
        make_points(brand, participations={"event": 50})
        _challenge(brand, goal="events", number=2)
        evening, people[brand.slug] = gathering_of(brand, **terms), [make_customer(brand), make_customer(brand)]
        for late, person in enumerate(reversed(people[brand.slug])):
            give(brand, person, 5, "points")
            place = registered(brand, evening, person)
            with frozen(at + SOON * late):
                let_in(brand, evening, place.id)
    drain_queue("relay")
    kept, lost = people[aurora.slug]
    rooms = ("customers", "purchases", "ledger", "vouchers")  # the hour itself moves the other's outbox
    with unchanged(boreal, rooms=rooms), frozen(at + timedelta(days=2 * is_over, minutes=90)):
        merge_customers(tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
        for _ in range(2):
            drain_queue("relay")
    rows = [each for each in registrations(tenant=aurora.id, gathering=_only(aurora)) if each.status != "left"]
    assert [(row.customer_id, row.status, row.arrived_at) for row in rows] == [(kept.id, "arrived", at)]
    assert available(aurora, kept, "points") == 50 + 5, "the second price is back, and what the second arrival earned"
    with tenant_scope(aurora.id):
        (taker,) = ChallengeTaker.objects.filter(customer_id=kept.id)
        assert (taker.total, taker.done) == (1, 0)
    assert _of(aurora, lost) == []
    assert check_ledger(tenant=aurora.id).ok


def _only(brand: TenantInfo) -> UUID:
    with tenant_scope(brand.id):
        return Registration.objects.values_list("gathering_id", flat=True).distinct().get()


def test_a_merge_and_who_spends_balance_wait_in_one_order(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """The brand's rules look at the balance, under its lock, before a voucher is made of it."""
    programme(aurora, minimum_balance=100)
    for head_start in HEAD_STARTS:
        kept, lost = make_customer(aurora), make_customer(aurora)
        give(aurora, lost, 1_000)
        named: dict[str, Any] = {"customer": lost.id, "amount_minor": 400, "key": uuid4().hex}
        spend = partial(spend_balance, tenant=aurora.id, actor=actor("manager"), **named)
        merge = partial(merge_customers, tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
        with unchanged(boreal):
            one, two = Rival("spending", spend), Rival("merge", merge)
            ring = interleave(one, two, [0] * head_start + [1] * 300)
        assert (ring, one.error, two.error) == (None, None, None)
        assert available(aurora, kept) == 600
    assert check_ledger(tenant=aurora.id).ok
