"""What the report counts, and what it calls suspicious."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from insights.selectors.voucher_report import voucher_report
from smartbis.kernel.clock import frozen
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_partner, add_store
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, coupon_of, issued, redeemed
from vouchers.infos import CampaignDraft
from vouchers.services import cancel_voucher, create_campaign, reverse_redemption

TODAY = NOON.date()


def person(role: str, name: str) -> Actor:
    return Actor(kind="staff", id=uuid4(), role=role, label=name)


def rows(brand: TenantInfo, by: Any, **more: Any) -> dict[str, tuple[int, int, int]]:
    with frozen(NOON):
        found = voucher_report(tenant=brand.id, since=TODAY - timedelta(days=9), until=TODAY, by=by, **more)
    return {row.name: (row.tally.issued, row.tally.used, row.tally.discount_minor) for row in found.rows}


def test_every_split_tells_the_same_uses(aurora: TenantInfo, boreal: TenantInfo) -> None:
    paulo, rita = person("operator", "Paulo"), person("operator", "Rita")
    friend = add_partner(tenant=aurora.id, name="Cinema", may_register_sales=True)
    cinema = add_store(tenant=aurora.id, code="cinema", name="Cinema Um", kind="partner", partner=friend.id)
    with frozen(NOON - timedelta(days=40)):
        natal = create_campaign(tenant=aurora.id, draft=CampaignDraft(name="Natal"), actor=MANAGER)
        ten = coupon_of(aurora, name="Dez", campaign_id=natal.id, valid_days=60)
        cine = coupon_of(aurora, name="Cine", value_minor=500, stores=(cinema.id,), valid_days=35)
        old = [issued(aurora, ten) for _ in range(2)]
        issued(aurora, cine)
    with frozen(NOON - timedelta(days=2)):
        fresh = [issued(aurora, ten, make_customer(aurora)) for _ in range(3)]
        redeemed(aurora, old[0], actor=paulo, amount_minor=8_000)
        back = redeemed(aurora, fresh[0], actor=rita, amount_minor=5_000)
        cancel_voucher(tenant=aurora.id, voucher=fresh[1].id, reason="engano", actor=MANAGER)
        ticket = issued(aurora, cine)
    with frozen(NOON):
        reverse_redemption(tenant=aurora.id, redemption=back.id, reason="engano", key="b", actor=MANAGER)
        redeemed(aurora, ticket, actor=rita, store=cinema.id)
        issued(boreal, coupon_of(boreal))
        report = voucher_report(tenant=aurora.id, since=TODAY - timedelta(days=9), until=TODAY)
    whole = report.whole
    assert (whole.issued, whole.used, whole.reversed, whole.cancelled, whole.lapsed) == (4, 2, 1, 1, 1)
    assert (whole.discount_minor, whole.cost_minor, whole.sales, whole.sales_minor) == (1_500, 1_500, 1, 8_000)
    assert (whole.held, whole.held_minor, whole.lapsing_7, whole.lapsing_30, whole.lapsing_30_minor) == (
        3,
        3_000,
        0,
        1,
        1_000,
    )
    assert whole.waits == (0, 1, 0, 1)
    assert rows(aurora, "coupon") == {"Dez": (3, 1, 1_000), "Cine": (1, 1, 500)}
    assert rows(aurora, "campaign") == {"Natal": (3, 1, 1_000), "": (1, 1, 500)}
    assert rows(aurora, "store") == {store_of(aurora).name: (0, 1, 1_000), "Cinema Um": (0, 1, 500)}
    assert rows(aurora, "partner") == {"": (0, 1, 1_000), "Cinema": (0, 1, 500)}
    assert rows(aurora, "operator") == {"Paulo": (0, 1, 1_000), "Rita": (0, 1, 500)}
    assert rows(aurora, "origin") == {"manual": (4, 2, 1_500)}
    assert rows(aurora, "coupon", campaign=natal.id) == {"Dez": (3, 1, 1_000)}
    assert rows(aurora, "store", store=cinema.id) == {"Cinema Um": (0, 1, 500)}
    guest = actor("partner", partner=friend.id)
    assert rows(aurora, "store", actor=guest) == {"Cinema Um": (0, 1, 500)}
    assert {each.day: each.used for each in report.by_day if each.used} == {TODAY: 1, TODAY - timedelta(days=2): 1}


def test_patterns_unlike_the_rest_are_shown(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora, "Ana Lima")
    paulo, rita = person("operator", "Paulo"), person("operator", "Rita")
    boss = person("manager", "Chefe")
    coupon = coupon_of(aurora)

    def use(who: Any, hours: float, customer: Any = None, giver: Any = MANAGER) -> Any:
        with frozen(NOON - timedelta(days=1) + timedelta(hours=hours)):
            voucher = issued(aurora, coupon, customer, actor=giver)
            return redeemed(aurora, voucher, actor=who, customer=customer.id if customer else None)

    for number in range(4):
        use(paulo, number, ana)
    for number in range(6):
        use(rita, 10 + number / 60)
    for number in range(3):
        use(boss, number * 2, make_customer(aurora), giver=boss)
    gift = make_customer(aurora, "Bia")
    for number in range(3):
        use(boss, 1 + number * 2, gift, giver=boss)
    with frozen(NOON):
        for number in range(3):
            taken = use(paulo, 15 + number)
            reverse_redemption(tenant=aurora.id, redemption=taken.id, reason="engano", key=uuid4().hex, actor=MANAGER)
        found = voucher_report(tenant=aurora.id, since=TODAY - timedelta(days=2), until=TODAY).suspicions
        assert not voucher_report(tenant=boreal.id, since=TODAY, until=TODAY).suspicions
    assert {(each.found.pattern, each.found.operator_name, each.found.uses, each.customer_name) for each in found} == {
        ("pair", "Paulo", 4, "Ana Lima"),
        ("burst", "Rita", 6, ""),
        ("reversal", "Paulo", 3, ""),
        ("own_gift", "Chefe", 3, "Bia"),
    }
