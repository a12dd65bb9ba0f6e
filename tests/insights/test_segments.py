"""Segments: what filters find, how memberships follow, and lists kept by hand."""

from datetime import date, timedelta
from functools import partial

import pytest

from insights.errors import SegmentIsLiving, SegmentKeyTaken, SegmentNotFound
from insights.models import Segment
from insights.segments.finding import find_members
from insights.segments.spec import SegmentSpec
from insights.selectors import count_members, every_member, get_segment, segment_members, segments
from insights.services import (
    add_to_segment,
    add_to_segment_by_list,
    change_segment,
    create_segment,
    delete_segment,
    refresh_segment,
    remove_from_segment,
    tag_segment,
)
from insights.workers import refresh_due_segments
from programs.services import refund_sale
from smartbis.customers.infos import ConsentGiven, CustomerInfo
from smartbis.customers.selectors import (
    get_customer,
    members_of,
    membership_keys,
    memberships_of,
    memberships_with_periods,
)
from smartbis.customers.services import (
    erase_customer,
    record_consent,
    set_membership,
    tag_customer,
    tag_many,
    untag_customer,
)
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sell, with_program
from tests.factories import actor, make_customer, store_of
from tests.racing import race

OWNER = actor("owner")


def found(brand: TenantInfo, **spec: object) -> set[str]:
    """The names of whom a filter finds."""
    members = find_members(tenant=brand.id, spec=SegmentSpec.read(spec))
    return {each.name for each in map(partial(_person, brand), members)}


def _person(brand: TenantInfo, customer: object) -> CustomerInfo:
    return get_customer(tenant=brand.id, customer=customer)  # type: ignore[arg-type]


def test_each_condition_finds_those_it_says(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with_program(aurora)
    today = now()
    yes = ConsentGiven(utility=True, marketing=True, text_version="1")
    with frozen(today - timedelta(days=100)):
        old = make_customer(aurora, "Old", consents=yes, birthday=date(1990, 2, 28))
        sell(aurora, old.id, 10_000, "1")
    new = make_customer(aurora, "New", birthday=date(1988, 3, 1))
    idle = make_customer(aurora, "Idle")
    make_customer(boreal, "Stranger", consents=yes, birthday=date(1990, 2, 28))
    sell(aurora, new.id, 3_000, "2", store=store_of(aurora, "moema").id)
    sell(aurora, new.id, 2_000, "3")
    tag_customer(tenant=aurora.id, customer=idle.id, tag="VIP Ouro", actor=OWNER)
    set_membership(tenant=aurora.id, customer=new.id, kind="tier", key="gold")
    assert found(aurora) == {"Old", "New", "Idle"}
    assert found(aurora, enrolled_within_days=30) == {"New", "Idle"}
    assert found(aurora, purchases_at_least=2) == {"New"}
    assert found(aurora, purchases_at_least=1, purchases_within_days=30) == {"New"}
    assert found(aurora, purchases_at_most=0) == {"Idle"}
    assert found(aurora, purchases_at_most=1) == {"Old", "Idle"}
    assert found(aurora, spent_at_least_minor=5_001) == {"Old"}
    assert found(aurora, spent_at_most_minor=5_000) == {"New"}
    assert found(aurora, stores=[str(store_of(aurora, "moema").id)]) == {"New"}
    assert found(aurora, not_bought_for_days=60) == {"Old"}
    assert found(aurora, bought_within_days=60) == {"New"}
    assert found(aurora, balance_unit="BRL", balance_at_least=1_000) == {"New"}
    assert found(aurora, birthday_month=2) == {"Old"}
    assert found(aurora, birthday_month=3) == {"New"}
    assert found(aurora, accepts_marketing=True) == {"Old"}
    assert found(aurora, tags=["vip-ouro"]) == {"Idle"}
    assert found(aurora, tiers=["gold"], bought_within_days=1) == {"New"}
    record_consent(
        tenant=aurora.id, customer=old.id, category="marketing", granted=False, channel="portal", actor=OWNER
    )
    assert found(aurora, accepts_marketing=True) == set()


def test_a_filter_may_end_on_the_last_day_of_all(aurora: TenantInfo) -> None:
    with_program(aurora)
    ana = make_customer(aurora, "Ana")
    make_customer(aurora, "Rui")
    sell(aurora, ana.id, 10_000, "1")
    assert found(aurora, enrolled_until="9999-12-31") == {"Ana", "Rui"}
    assert found(aurora, purchases_at_least=1, purchases_until="9999-12-31") == {"Ana"}


def test_what_was_given_back_does_not_count(aurora: TenantInfo) -> None:
    with_program(aurora)
    customer = make_customer(aurora, "Ana")
    sale = sell(aurora, customer.id, 10_000)
    refund_sale(tenant=aurora.id, purchase=sale, amount_minor=4_000, external_id="1", actor=OWNER)
    assert found(aurora, spent_at_least_minor=6_000) == {"Ana"}
    assert found(aurora, spent_at_least_minor=6_001) == set()
    refund_sale(tenant=aurora.id, purchase=sale, amount_minor=6_000, external_id="2", actor=OWNER)
    assert found(aurora, purchases_at_least=1) == set()


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"purchases_at_least": 3, "purchases_at_most": 2}, "purchases_at_most"),
        ({"not_bought_for_days": 60, "bought_within_days": 30}, "bought_within_days"),
        ({"balance_at_least": 5}, "balance_at_least"),
        ({"purchases_at_most": 0, "spent_at_least_minor": 100}, "purchases_at_most"),
        ({"purchases_at_most": 0, "bought_within_days": 30}, "purchases_at_most"),
        ({"purchases_at_most": 0, "not_bought_for_days": 30}, "purchases_at_most"),
        ({"enrolled_within_days": 0}, "enrolled_within_days"),
        ({"enrolled_from": "2026-13-01"}, "enrolled_from"),
        ({"stores": ["centro"]}, "stores"),
        ({"tags": "vip"}, "tags"),
        ({"accepts_marketing": False}, "accepts_marketing"),
        ({"purchases_at_least": True}, "purchases_at_least"),
    ],
)
def test_a_filter_that_cannot_be_names_the_field(spec: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        SegmentSpec.read(spec)
    assert field in refusal.value.errors


def test_a_filter_reads_back_what_it_wrote() -> None:
    spec = {"tags": ["a", "b"], "purchases_at_least": 2, "enrolled_from": "2026-01-01", "accepts_marketing": True}
    assert SegmentSpec.read(spec).write() == spec


def test_who_bought_elsewhere_may_have_bought_nothing_here(aurora: TenantInfo) -> None:
    with_program(aurora)
    ana = make_customer(aurora, "Ana")
    sell(aurora, ana.id, 10_000, "1")
    assert found(aurora, bought_within_days=30, purchases_at_most=0, purchases_until="2020-01-01") == {"Ana"}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"balance_unit": "reais", "balance_at_least": 5}, "balance_unit"),
        ({"plans": ["gould"]}, "plans"),
        ({"tiers": ["gould"]}, "tiers"),
    ],
)
def test_a_filter_names_only_what_the_brand_has(
    aurora: TenantInfo, boreal: TenantInfo, spec: dict[str, object], field: str
) -> None:
    for brand in (aurora, boreal):
        with pytest.raises(InvalidInput) as refusal:
            create_segment(tenant=brand.id, name="Todos", kind="filter", spec=spec, actor=OWNER)
        assert field in refusal.value.errors
        assert segments(tenant=brand.id) == []


def test_a_store_of_another_brand_is_no_store_and_what_was_named_before_stays(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    spec = {"stores": [str(store_of(boreal).id)]}
    with pytest.raises(InvalidInput):
        create_segment(tenant=aurora.id, name="Todos", kind="filter", spec=spec, actor=OWNER)
    made = create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    with tenant_scope(aurora.id):
        Segment.objects.filter(id=made.id).update(spec={"tiers": ["old"], "purchases_at_most": 0})
    changed = {"tiers": ["old"], "enrolled_within_days": 5}
    assert change_segment(tenant=aurora.id, key="todos", spec=changed, actor=OWNER).spec.tiers == ("old",)


def test_a_filter_that_is_refused_by_now_can_still_be_seen_and_deleted(aurora: TenantInfo) -> None:
    made = create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    with tenant_scope(aurora.id):
        Segment.objects.filter(id=made.id).update(spec={"purchases_at_most": 0, "bought_within_days": 5})
    refresh_due_segments(tenant=aurora.id)
    assert [each.size for each in segments(tenant=aurora.id)] == [0]
    delete_segment(tenant=aurora.id, key="todos", actor=OWNER)


def test_memberships_follow_by_difference(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with_program(aurora)
    create_segment(tenant=boreal.id, name="Todos", kind="filter", actor=OWNER)
    stranger = make_customer(boreal)
    info = create_segment(
        tenant=aurora.id, name="Sumidos (60 dias)", kind="filter", spec={"not_bought_for_days": 60}, actor=OWNER
    )
    assert (info.key, info.is_waiting) == ("sumidos-60-dias", True)
    with frozen(now() - timedelta(days=90)):
        ana, bia = make_customer(aurora, "Ana"), make_customer(aurora, "Bia")
        sell(aurora, ana.id, number="1"), sell(aurora, bia.id, number="2")
    drain_queue("bulk")
    assert members_of(tenant=aurora.id, kind="segment", key=info.key) == {ana.id, bia.id}
    seen = get_segment(tenant=aurora.id, key=info.key)
    assert (seen.size, seen.is_waiting) == (2, False)
    sell(aurora, ana.id, number="3")
    refresh_segment(tenant=aurora.id, key=info.key)
    assert members_of(tenant=aurora.id, kind="segment", key=info.key) == {bia.id}
    assert ("segment", info.key) in memberships_of(tenant=aurora.id, customer=bia.id)
    assert members_of(tenant=boreal.id, kind="segment", key="todos") == {stranger.id}
    change_segment(tenant=aurora.id, key=info.key, spec={"purchases_at_least": 2}, actor=OWNER)
    assert get_segment(tenant=aurora.id, key=info.key).is_waiting
    drain_queue("bulk")
    assert members_of(tenant=aurora.id, kind="segment", key=info.key) == {ana.id}
    erase_customer(tenant=aurora.id, customer=ana.id, actor=OWNER)
    assert segment_members(tenant=aurora.id, key=info.key).items == ()


def test_filters_are_looked_up_every_hour(aurora: TenantInfo) -> None:
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    drain_queue("bulk")
    make_customer(aurora)
    refresh_due_segments(tenant=aurora.id)
    assert get_segment(tenant=aurora.id, key="todos").size == 0
    with frozen(now() + timedelta(hours=1)):
        refresh_due_segments(tenant=aurora.id)
        assert get_segment(tenant=aurora.id, key="todos").size == 1


def test_a_list_is_kept_by_hand_and_by_file(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora, "Ana", phone="11 98765-1111", cpf="529.982.247-25")
    bia = make_customer(aurora, "Bia", email="bia@example.com", external_id="881")
    stranger = make_customer(boreal, phone="11 98765-3333")
    create_segment(tenant=aurora.id, name="Convidados", kind="manual", actor=OWNER)
    lines = ["(11) 8765-1111", "52998224725", "", "BIA@example.com", "881", "11 98765-3333", "nobody"]
    put = partial(add_to_segment_by_list, tenant=aurora.id, key="convidados", lines=lines, actor=OWNER)
    seen = put(dry_run=True)
    assert (seen.lines, set(seen.customers), seen.added) == (6, {ana.id, bia.id}, 2)
    assert seen.unknown == ((6, "11 98765-3333"), (7, "nobody"))
    assert members_of(tenant=aurora.id, kind="segment", key="convidados") == frozenset()
    assert put().added == 2
    assert put().added == 0
    assert get_segment(tenant=aurora.id, key="convidados").size == 2
    with_stranger = add_to_segment(tenant=aurora.id, key="convidados", customers=[stranger.id], actor=OWNER)
    assert with_stranger.size == 2
    assert remove_from_segment(tenant=aurora.id, key="convidados", customers=[ana.id], actor=OWNER).size == 1
    assert [each.customer.name for each in every_member(tenant=aurora.id, key="convidados")] == ["Bia"]


def test_what_is_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    with pytest.raises(SegmentKeyTaken):
        create_segment(tenant=aurora.id, name="Todos!", kind="manual", actor=OWNER)
    with pytest.raises(SegmentIsLiving):
        add_to_segment(tenant=aurora.id, key="todos", customers=[customer.id], actor=OWNER)
    with pytest.raises(SegmentNotFound):
        get_segment(tenant=boreal.id, key="todos")
    with pytest.raises(SegmentNotFound):
        delete_segment(tenant=boreal.id, key="todos", actor=OWNER)
    assert [each.key for each in segments(tenant=aurora.id)] == ["todos"]


def test_who_left_belongs_for_what_happened_before(aurora: TenantInfo, boreal: TenantInfo) -> None:
    began = now() - timedelta(hours=3)
    people = {brand.id: make_customer(brand) for brand in (aurora, boreal)}
    for tenant, customer in people.items():
        with frozen(began):
            create_segment(tenant=tenant, name="Vip", kind="manual", actor=OWNER)
            add_to_segment(tenant=tenant, key="vip", customers=[customer.id], actor=OWNER)
            tag_customer(tenant=tenant, customer=customer.id, tag="casa", actor=OWNER)
            assert tag_segment(tenant=tenant, key="vip", tag="casa", actor=OWNER) == 1
    ana, both = people[aurora.id].id, {("segment", "vip"), ("tag", "casa")}
    with frozen(began + timedelta(hours=2)):
        assert remove_from_segment(tenant=aurora.id, key="vip", customers=[ana], actor=OWNER).size == 0
        assert untag_customer(tenant=aurora.id, customer=ana, tag="casa", actor=OWNER)
        assert not untag_customer(tenant=aurora.id, customer=ana, tag="casa", actor=OWNER)
        assert membership_keys(tenant=aurora.id, kind="tag") == {}
    for hours, belongs in ((1, both), (2, set())):
        assert memberships_of(tenant=aurora.id, customer=ana, at=began + timedelta(hours=hours)) == belongs
    assert memberships_of(tenant=boreal.id, customer=people[boreal.id].id) == both
    tag_customer(tenant=aurora.id, customer=ana, tag="casa", actor=OWNER)
    since = now()
    with frozen(since + timedelta(hours=1)):
        tag_customer(tenant=aurora.id, customer=ana, tag="casa", actor=OWNER)
        assert tag_many(tenant=aurora.id, customers=[ana], tag="casa", actor=OWNER) == 1
    assert memberships_of(tenant=aurora.id, customer=ana, at=since) == {("tag", "casa")}


def test_deleting_takes_memberships_along(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    drain_queue("bulk")
    assert memberships_of(tenant=aurora.id, customer=customer.id) == {("segment", "todos")}
    delete_segment(tenant=aurora.id, key="todos", actor=OWNER)
    assert memberships_with_periods(tenant=aurora.id, customer=customer.id) == ()


def test_tags_have_one_form_and_come_off_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, stranger = make_customer(aurora), make_customer(boreal)
    assert tag_customer(tenant=aurora.id, customer=customer.id, tag="  Sem Glúten ", actor=OWNER) == "sem-glúten"
    assert tag_customer(tenant=aurora.id, customer=customer.id, tag="sem glúten", actor=OWNER) == "sem-glúten"
    assert memberships_of(tenant=aurora.id, customer=customer.id) == {("tag", "sem-glúten")}
    assert not untag_customer(tenant=boreal.id, customer=customer.id, tag="sem-glúten", actor=OWNER)
    assert untag_customer(tenant=aurora.id, customer=customer.id, tag="Sem Glúten", actor=OWNER)
    assert memberships_of(tenant=aurora.id, customer=customer.id) == frozenset()
    for text in ("", "x" * 41, "a,b", "a\u202eb"):
        with pytest.raises(InvalidInput):
            tag_customer(tenant=aurora.id, customer=customer.id, tag=text, actor=OWNER)
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    drain_queue("bulk")
    assert tag_segment(tenant=aurora.id, key="todos", tag="natal", actor=OWNER) == 1
    assert memberships_of(tenant=boreal.id, customer=stranger.id) == frozenset()


def test_pages_of_members_neither_skip_nor_repeat(aurora: TenantInfo) -> None:
    people = [make_customer(aurora) for _ in range(5)]
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    refresh_segment(tenant=aurora.id, key="todos")
    seen, cursor = [], None
    while True:
        page = segment_members(tenant=aurora.id, key="todos", cursor=cursor, limit=2)
        seen += [each.customer.id for each in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == sorted(each.id for each in people)
    assert count_members(tenant=aurora.id, spec=SegmentSpec()) == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_filter_and_an_erasure(aurora: TenantInfo) -> None:
    people = [make_customer(aurora) for _ in range(30)]
    create_segment(tenant=aurora.id, name="Todos", kind="filter", actor=OWNER)
    work = partial(refresh_segment, tenant=aurora.id, key="todos")
    erase = partial(erase_customer, tenant=aurora.id, customer=people[0].id, actor=OWNER)
    results = race(work, work, erase)
    assert not [each for each in results if isinstance(each, Exception)], results
    refresh_segment(tenant=aurora.id, key="todos")
    assert members_of(tenant=aurora.id, kind="segment", key="todos") == {each.id for each in people[1:]}


@pytest.mark.django_db(transaction=True)
def test_hands_that_fill_one_list_at_once_count_right(aurora: TenantInfo) -> None:
    people = [make_customer(aurora) for _ in range(6)]
    create_segment(tenant=aurora.id, name="Lista", kind="manual", actor=OWNER)
    works = [
        partial(add_to_segment, tenant=aurora.id, key="lista", customers=[each.id], actor=OWNER) for each in people
    ]
    results = race(*works)
    assert not [each for each in results if isinstance(each, Exception)], results
    assert get_segment(tenant=aurora.id, key="lista").size == 6
