"""Goals with progress: counted from the present state, rewarded once for each time, and not before refunds are past."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from programs.challenges import services, walking
from programs.challenges.errors import ChallengeClosed, ChallengeNotFound
from programs.challenges.infos import ChallengeDraft, ChallengeInfo, Progress
from programs.challenges.selectors import challenges, progress_of
from programs.challenges.services import (
    change_challenge,
    create_challenge,
    join_challenge,
    judge_challenges,
    settle_due,
)
from programs.gatherings.services import undo_check_in
from programs.models import ChallengeTaker
from programs.services import merge_customers, record_participation, record_sale, refund_sale
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.tenancy.errors import SlugTaken
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.gatherings.hall import OPERATOR, gathering_of, let_in, registered
from tests.imports.loading import load, take_back
from tests.programs.conftest import make_points
from tests.racing import race
from tests.vouchers.shop import available, events_of, everything

pytestmark = pytest.mark.django_db(transaction=True)
MANAGER = actor("manager")


def challenge_of(brand: TenantInfo, **terms: Any) -> ChallengeInfo:
    """Three purchases this month, unless said otherwise."""
    named: dict[str, Any] = {"key": "tres", "name": "Três visitas", "goal": "purchases", "number": 3} | terms
    if "days" not in named:
        period = {"starts_at": now() - timedelta(days=1), "ends_at": now() + timedelta(days=30)}
        named = period | named
    return create_challenge(tenant=brand.id, draft=ChallengeDraft(**named), actor=MANAGER)


def buys(brand: TenantInfo, customer: UUID, amount_minor: int = 5_000, store: str = "centro", **more: Any) -> Any:
    """A sale, with what follows from it."""
    draft = SaleDraft(
        customer=customer,
        amount_minor=amount_minor,
        external_id=uuid4().hex,
        store=store_of(brand, store).id,
        currency="BRL",
        **more,
    )
    sale = record_sale(tenant=brand.id, sale=draft).purchase
    drain_queue("relay")
    return sale


def progress(brand: TenantInfo, customer: UUID) -> Progress:
    (found,) = progress_of(tenant=brand.id, customer=customer)
    return found


def rewarding(brand: TenantInfo) -> None:
    """Only the challenge earns, so that amounts are plain."""
    spec = {"effect": {"kind": "per_unit", "points": 1, "minor": 10**9}, "participations": {"challenge:tres": 50}}
    make_points(brand, **spec)


def test_three_purchases_reach_it_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    rewarding(aurora)
    challenge_of(aurora)
    ana, before = make_customer(aurora), everything(boreal)
    for count in (1, 2):
        buys(aurora, ana.id)
        assert (progress(aurora, ana.id).value, progress(aurora, ana.id).done) == (count, 0)
    for _ in range(3):
        buys(aurora, ana.id)
    assert (progress(aurora, ana.id).value, progress(aurora, ana.id).done) == (3, 1)
    assert available(aurora, ana, "points") == 50
    (told,) = events_of(aurora, "challenge.reached.v1")
    assert (told["key"], told["customer_id"], told["number"]) == ("tres", str(ana.id), 1)
    (info,) = challenges(tenant=aurora.id)
    assert (info.takers, info.reached, info.participation) == (1, 1, "challenge:tres")
    assert everything(boreal) == before
    assert progress_of(tenant=boreal.id, customer=make_customer(boreal).id) == []


def test_it_may_be_reached_again(aurora: TenantInfo) -> None:
    rewarding(aurora)
    challenge_of(aurora, number=2, times=2)
    ana = make_customer(aurora)
    for _ in range(6):
        buys(aurora, ana.id)
    assert (progress(aurora, ana.id).done, progress(aurora, ana.id).is_complete) == (2, True)
    assert available(aurora, ana, "points") == 100


def test_money_stores_and_categories_count_each_its_own_way(aurora: TenantInfo) -> None:
    challenge_of(aurora, key="gasto", goal="spend", number=30_000)
    challenge_of(aurora, key="lojas", goal="stores", number=2)
    challenge_of(aurora, key="cafe", goal="category", category="Café", number=2)
    ana = make_customer(aurora)
    cup = ItemDraft(sku="c", name="Espresso", category="café", quantity=1, unit_minor=10_000)
    buys(aurora, ana.id, 10_000, items=(cup,))
    buys(aurora, ana.id, 5_000)
    values = {each.challenge.key: each.value for each in progress_of(tenant=aurora.id, customer=ana.id)}
    assert values == {"gasto": 15_000, "lojas": 1, "cafe": 1}
    buys(aurora, ana.id, 15_000, store="moema")
    done = {each.challenge.key: each.done for each in progress_of(tenant=aurora.id, customer=ana.id)}
    assert done == {"gasto": 1, "lojas": 1, "cafe": 0}


def test_events_count_once_each(aurora: TenantInfo) -> None:
    challenge_of(aurora, key="eventos", goal="events", number=2)
    ana = make_customer(aurora)
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=1))
    let_in(aurora, evening, registered(aurora, evening, ana).id)
    drain_queue("relay")
    assert progress(aurora, ana.id).value == 1
    record_participation(tenant=aurora.id, customer=ana.id, kind="event", external_id="feira-1")
    judge_challenges(tenant=aurora.id, customer=ana.id)
    assert progress(aurora, ana.id).done == 1


def test_a_refund_lowers_progress_until_the_reward_has_settled(aurora: TenantInfo) -> None:
    rewarding(aurora)
    challenge_of(aurora, number=2, wait_days=7)
    ana = make_customer(aurora)
    buys(aurora, ana.id)
    sale = buys(aurora, ana.id)
    reached = progress(aurora, ana.id)
    assert (reached.value, reached.done, reached.due_at is not None) == (2, 0, True)
    refund_sale(tenant=aurora.id, purchase=sale.id, external_id="r", amount_minor=5_000, actor=MANAGER)
    drain_queue("relay")
    assert (progress(aurora, ana.id).value, progress(aurora, ana.id).due_at) == (1, None)
    last = buys(aurora, ana.id)
    with frozen(now() + timedelta(days=7, seconds=1)):
        drain_queue("relay")
        assert progress(aurora, ana.id).done == 1
        refund_sale(tenant=aurora.id, purchase=last.id, external_id="r2", amount_minor=5_000, actor=MANAGER)
        drain_queue("relay")
        assert (progress(aurora, ana.id).done, available(aurora, ana, "points")) == (1, 50)


def test_each_time_waits_by_itself_and_what_comes_back_meanwhile_is_not_rewarded(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    for brand in (aurora, boreal):
        rewarding(brand)
        challenge_of(brand, goal="spend", number=10_000, times=3, wait_days=7)
    ana, stranger = make_customer(aurora), make_customer(boreal)
    began = now()
    buys(aurora, ana.id, 10_000)
    buys(boreal, stranger.id, 10_000)
    with frozen(began + timedelta(days=6)):
        late = buys(aurora, ana.id, 20_000)
    with frozen(began + timedelta(days=7, minutes=1)):
        drain_queue("relay")
        assert (progress(aurora, ana.id).done, progress(boreal, stranger.id).done) == (1, 1)
        due_at = progress(aurora, ana.id).due_at
        assert due_at is not None
        assert due_at > began + timedelta(days=12)
        refund_sale(tenant=aurora.id, purchase=late.id, external_id="r", amount_minor=15_000, actor=MANAGER)
        drain_queue("relay")
    with frozen(began + timedelta(days=20)):
        drain_queue("relay")
        assert progress(aurora, ana.id).done == 1, "15,000 are left, which is the goal once"


def test_who_was_erased_stands_before_nobody(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TURN", 1)
    for brand in (aurora, boreal):
        rewarding(brand)
        challenge_of(brand, number=1, wait_days=2)
    ana, bia, stranger = make_customer(aurora, "Ana"), make_customer(aurora, "Bia"), make_customer(boreal)
    for brand, customer in ((aurora, ana), (aurora, bia), (boreal, stranger)):
        buys(brand, customer.id)
    erase_customer(tenant=aurora.id, customer=ana.id, actor=MANAGER)
    with frozen(now() + timedelta(days=3)):
        assert [settle_due(tenant=aurora.id) for _ in range(3)] == [True, True, False]
    assert available(aurora, bia, "points") == 50
    assert (progress(aurora, ana.id).done, progress(boreal, stranger.id).done) == (0, 0)


def test_two_records_of_one_person_take_part_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        rewarding(brand)
        challenge_of(brand, number=1)
        for name in ("Ana", "Bia"):
            buys(brand, make_customer(brand, name).id)
    ana, bia = (each.customer_id for each in takers_of(aurora))
    merge_customers(tenant=aurora.id, into=ana, other=bia, actor=MANAGER)
    drain_queue("relay")
    counted = [(each.takers, each.reached) for brand in (aurora, boreal) for each in challenges(tenant=brand.id)]
    assert counted == [(1, 2), (2, 2)]


@pytest.mark.parametrize("period", [{}, {"days": 30}])
def test_one_that_was_ended_rewards_what_waits_and_nothing_later(
    aurora: TenantInfo, boreal: TenantInfo, period: dict[str, Any]
) -> None:
    for brand in (aurora, boreal):
        rewarding(brand)
    ours, _ = (challenge_of(brand, number=1, times=5, wait_days=2, **period) for brand in (aurora, boreal))
    ana, stranger = make_customer(aurora), make_customer(boreal)
    buys(aurora, ana.id)
    buys(boreal, stranger.id)
    with frozen(now() + timedelta(hours=1)):
        ended = replace(ours.as_draft(), status="ended")
        change_challenge(tenant=aurora.id, challenge=ours.id, draft=ended, actor=MANAGER)
        change_challenge(tenant=aurora.id, challenge=ours.id, draft=replace(ended, name="Três"), actor=MANAGER)
    with frozen(now() + timedelta(hours=2)):
        buys(aurora, ana.id)
        buys(boreal, stranger.id)
    with frozen(now() + timedelta(days=4)):
        drain_queue("relay")
        assert (available(aurora, ana, "points"), available(boreal, stranger, "points")) == (50, 100)


def test_what_was_done_before_it_was_announced_counts(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "CUSTOMERS_A_STEP", 2)
    for brand in (aurora, boreal):
        rewarding(brand)
    people = [make_customer(aurora, name) for name in ("Ana", "Bia", "Caio", "Davi")]
    with frozen(now() - timedelta(days=3)):
        early = make_customer(aurora, "Eva")
        buys(aurora, early.id)
    for customer, count in zip(people, (3, 1, 0, 3), strict=True):
        for _ in range(count):
            buys(aurora, customer.id)
    buys(boreal, make_customer(boreal).id)
    ours, _ = challenge_of(aurora), challenge_of(boreal, number=1, opt_in=True)
    for _ in range(2):
        drain_queue("bulk")
    found = [(progress(aurora, each.id).value, progress(aurora, each.id).done) for each in people]
    assert found == [(3, 1), (1, 0), (0, 0), (3, 1)]
    assert [available(aurora, each, "points") for each in people] == [50, 0, 0, 50]
    taking = [(each.takers, each.reached) for brand in (aurora, boreal) for each in challenges(tenant=brand.id)]
    assert taking == [(3, 2), (0, 0)]
    change_challenge(tenant=aurora.id, challenge=ours.id, draft=replace(ours.as_draft(), name="Três"), actor=MANAGER)
    assert not walking.walk(tenant=aurora.id)
    change_challenge(tenant=aurora.id, challenge=ours.id, draft=replace(ours.as_draft(), times=2), actor=MANAGER)
    assert walking.walk(tenant=aurora.id)


def test_the_sales_of_a_file_count_until_they_are_undone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        rewarding(brand)
        challenge_of(brand, number=2, times=2)
    ana, stranger = (make_customer(brand, "Ana", external_id="77") for brand in (aurora, boreal))
    rows = "".join(f"A{number},{now().isoformat()},50.00,centro,77\n" for number in range(3))
    info = load(aurora, f"external_id,occurred_at,amount,store,customer_external_id\n{rows}")
    assert info.made == 3
    for queue in ("relay", "bulk"):
        drain_queue(queue)
    assert (stored(aurora, ana.id), progress(aurora, ana.id).done) == (3, 1)
    take_back(aurora, info)
    for queue in ("relay", "bulk"):
        drain_queue(queue)
    assert (stored(aurora, ana.id), progress(aurora, ana.id).done) == (0, 1)
    assert (progress(boreal, stranger.id).value, available(boreal, stranger, "points")) == (0, 0)


def test_who_must_join_counts_from_joining(aurora: TenantInfo) -> None:
    info = challenge_of(aurora, opt_in=True, days=10, number=2)
    ana = make_customer(aurora)
    buys(aurora, ana.id)
    assert (progress(aurora, ana.id).joined, progress(aurora, ana.id).value) == (False, 0)
    with frozen(now() + timedelta(hours=1)):
        join_challenge(tenant=aurora.id, challenge=info.id, customer=ana.id)
        join_challenge(tenant=aurora.id, challenge=info.id, customer=ana.id)
        buys(aurora, ana.id)
        assert (progress(aurora, ana.id).joined, progress(aurora, ana.id).value) == (True, 1)
    with frozen(now() + timedelta(days=11)):
        assert progress_of(tenant=aurora.id, customer=ana.id) == []


def test_the_ended_the_unknown_and_the_senseless_are_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    info = challenge_of(aurora)
    ana = make_customer(aurora)
    with pytest.raises(SlugTaken):
        challenge_of(aurora)
    with pytest.raises(ChallengeNotFound):
        join_challenge(tenant=boreal.id, challenge=info.id, customer=make_customer(boreal).id)
    with pytest.raises(PermissionMissing):
        create_challenge(tenant=aurora.id, draft=info.as_draft(), actor=actor("analyst"))
    with pytest.raises(InvalidInput) as refusal:
        challenge_of(aurora, key="Não", number=0, goal="category", days=0)
    assert sorted(refusal.value.errors) == ["category", "days", "key", "number"]
    with pytest.raises(InvalidInput):
        change_challenge(tenant=aurora.id, challenge=info.id, draft=replace(info.as_draft(), number=2), actor=MANAGER)
    change_challenge(tenant=aurora.id, challenge=info.id, draft=replace(info.as_draft(), status="ended"), actor=MANAGER)
    with pytest.raises(ChallengeClosed):
        join_challenge(tenant=aurora.id, challenge=info.id, customer=ana.id)


def test_judged_by_many_at_once_it_is_rewarded_once(aurora: TenantInfo) -> None:
    rewarding(aurora)
    challenge_of(aurora, number=1)
    ana = make_customer(aurora)
    draft = SaleDraft(customer=ana.id, amount_minor=5_000, external_id="v", store=store_of(aurora).id, currency="BRL")
    record_sale(tenant=aurora.id, sale=draft)
    results = race(*[partial(judge_challenges, tenant=aurora.id, customer=ana.id) for _ in range(8)])
    assert results == [None] * 8
    assert available(aurora, ana, "points") == 50


def test_an_arrival_that_is_taken_back_is_no_step_any_more(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        challenge_of(brand, goal="events", number=3)
    ana, stranger = make_customer(aurora), make_customer(boreal)
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=1))
    place = registered(aurora, evening, ana)
    let_in(aurora, evening, place.id)
    record_participation(tenant=aurora.id, customer=ana.id, kind="event", external_id="feira")
    record_participation(tenant=boreal.id, customer=stranger.id, kind="event", external_id="feira")
    drain_queue("relay")
    assert (stored(aurora, ana.id), stored(boreal, stranger.id)) == (2, 1)
    undo_check_in(tenant=aurora.id, registration=place.id, key="u", actor=OPERATOR)
    drain_queue("relay")
    assert (stored(aurora, ana.id), stored(boreal, stranger.id)) == (1, 1)


def takers_of(brand: TenantInfo) -> list[ChallengeTaker]:
    """Who takes part in anything, in the order in which they were enrolled."""
    with tenant_scope(brand.id):
        return list(ChallengeTaker.objects.order_by("customer_id"))


def stored(brand: TenantInfo, customer: UUID) -> int:
    """How far the customer had come when they were last judged."""
    with tenant_scope(brand.id):
        return ChallengeTaker.objects.get(customer_id=customer).total
