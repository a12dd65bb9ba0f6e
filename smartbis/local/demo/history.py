"""Half a year of members, sales, returns, vouchers and events, the same for the same seed and day.

Sales go in by the day through the bulk path, everything else through the services, under a clock set to the day.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from messaging.services import settle_past_messages
from programs.gatherings.infos import GatheringInfo
from programs.infos import SaleOutcome
from programs.services import record_participation, record_sales, refund_sale
from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
from smartbis.customers.services import enrol_in_bulk
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import SYSTEM
from smartbis.ledger.selectors import balances_of
from smartbis.local.demo.belonging import open_membership, pay_plan, settle_membership
from smartbis.local.demo.brands import FIRST_NAMES, LAST_NAMES
from smartbis.local.demo.club import live_club
from smartbis.local.demo.opening import OpenedBrand
from smartbis.outbox.relay import relay_deliveries
from smartbis.outbox.services import settle_history
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.tenancy.scope import tenant_scope
from vouchers.errors import VoucherRefused
from vouchers.infos import CouponInfo, VoucherInfo
from vouchers.services import issue_voucher, redeem_voucher

DAYS = 182
PUBLISHED_DAYS = 2
_SEASON = (0.9, 0.8, 0.9, 1.0, 1.3, 1.5, 0.6)


@dataclass
class Member:
    """Somebody who buys: how often a month, since when, until when (who drifts away), where mostly."""

    id: UUID
    name: str
    phone: str
    rate: float
    since: date
    until: date
    home: int


@dataclass
class Story:
    """What is carried from day to day."""

    brand: OpenedBrand
    random: Random
    members: list[Member] = field(default_factory=list)
    open_vouchers: list[tuple[VoucherInfo, Member]] = field(default_factory=list)
    friends: list[UUID] = field(default_factory=list)
    past: GatheringInfo | None = None
    coming: dict[UUID, list[Member]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    phones: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def zone(self) -> ZoneInfo:
        """The brand's calendar."""
        return ZoneInfo(self.brand.info.timezone)

    def newcomer(self, customer: UUID, name: str, phone: str) -> None:
        """Somebody who came through a friend, and buys like the others from now on."""
        today = now().astimezone(self.zone).date()
        self.members.append(Member(customer, name, phone, self.brand.plan.visits_a_month * 2, today, date.max, 0))


def tell_history(brand: OpenedBrand, *, today: datetime, seed: int) -> Story:
    """Let `DAYS` days pass for the brand, up to `today`. What happened on the last ones is told to the members too.

    At the end everything is settled: no delivery waits, no message will be sent.
    """
    story = Story(brand, Random(seed))
    zone = ZoneInfo(brand.info.timezone)
    last = today.astimezone(zone).date()
    with frozen(today - timedelta(days=DAYS)):
        open_membership(brand)
    for back in range(DAYS, -1, -1):
        day = last - timedelta(days=back)
        closing = datetime.combine(day, time(20, 30), tzinfo=zone)
        with frozen(min(closing, today)):
            with tenant_scope(brand.tenant):
                afternoon = datetime.combine(day, time(15, 30), tzinfo=zone)
                with frozen(min(afternoon, today)):  # inside the hours of those that have some
                    _use_vouchers(story, day)
                _live_day(story, day, back, zone, publish=back < PUBLISHED_DAYS)
                if back == PUBLISHED_DAYS:
                    settle_history(tenant=brand.tenant)
            while back < PUBLISHED_DAYS and relay_deliveries(tenant=brand.tenant):
                pass
    with frozen(today), tenant_scope(brand.tenant):
        _hold_up_changing_codes(story)
        settle_membership(brand)
        settle_past_messages(tenant=brand.tenant)
        settle_history(tenant=brand.tenant)
    return story


def showcase(story: Story) -> list[dict[str, str]]:
    """Three members with something to show: open vouchers and a good balance."""
    return [{"name": member.name, "phone": member.phone} for member in _best(story)]


def _best(story: Story) -> list[Member]:
    purses = balances_of(tenant=story.brand.tenant, customers=[member.id for member in story.members])
    waiting = {member.id for _, member in story.open_vouchers}

    def worth(member: Member) -> tuple[bool, int]:
        return member.id in waiting, sum(each.available for each in purses.get(member.id, []))

    return sorted(story.members, key=worth, reverse=True)[:3]


def _hold_up_changing_codes(story: Story) -> None:
    """Whom strangers sign in as first holds a voucher whose code changes, if the brand has such a coupon."""
    first = _best(story)[0]
    for coupon, _ in story.brand.coupons:
        if coupon.rotates_code:
            _take(story, first, coupon)


def _live_day(story: Story, day: date, back: int, zone: ZoneInfo, *, publish: bool) -> None:
    _join(story, day, back)
    outcomes = _sell(story, day, zone, publish=publish)
    _refund(story, outcomes)
    if back % 3 == 0:
        _take_vouchers(story)
    _meet(story, day, back)
    live_club(story, back)


def _join(story: Story, day: date, back: int) -> None:
    """New members, many in the first weeks and fewer later."""
    plan, random = story.brand.plan, story.random
    passed = (DAYS - back) / DAYS
    wanted = round(plan.members * (1 - math.exp(-3 * passed)) / (1 - math.exp(-3))) - len(story.members)
    drafts = []
    for _ in range(max(0, wanted)):
        number = next(story.phones)
        name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        consent = ConsentGiven(utility=True, marketing=random.random() < 0.4, text_version="1")
        phone = f"+55{plan.area_code}9{61_000_000 + number * 7_919 % 38_000_000:08d}"
        birthday = date(random.randint(1955, 2006), random.randint(1, 12), random.randint(1, 28))
        key = str(number)
        drafts.append(CustomerDraft(key=key, name=name, phone=phone, birthday=birthday, consents=consent))
    if not drafts:
        return
    ids = enrol_in_bulk(tenant=story.brand.tenant, drafts=drafts, origin=Origin(channel="demo"))
    for draft in drafts:
        rate = plan.visits_a_month * random.lognormvariate(-0.2, 0.7)
        stays = date.max if random.random() < 0.6 else day + timedelta(days=random.randint(10, 110))
        home = random.choices(range(len(plan.stores)), [store.weight for store in plan.stores])[0]
        story.members.append(Member(ids[draft.key], draft.name, draft.phone or "", rate, day, stays, home))
        if plan.plan and random.random() < 0.55:
            pay_plan(story.brand, ids[draft.key], random)


def _sell(story: Story, day: date, zone: ZoneInfo, *, publish: bool) -> list[SaleOutcome]:
    random, brand = story.random, story.brand
    by_code = {store.code: store.id for store in brand.stores}
    drafts = []
    for member in story.members:
        if not member.since <= day <= member.until:
            continue
        if random.random() >= member.rate / 30 * _SEASON[day.weekday()]:
            continue
        drafts.append(_sale(story, day, zone, member, by_code))
    for _ in range(random.randint(0, 3)):  # people who are no members
        drafts.append(_sale(story, day, zone, None, by_code))
    drafts = [draft for draft in drafts if draft.occurred_at and draft.occurred_at <= now()]
    drafts.sort(key=lambda draft: (draft.occurred_at, draft.external_id))
    results = record_sales(tenant=brand.tenant, sales=drafts, publish=publish)
    return [result.outcome for result in results if result.outcome]


def _sale(story: Story, day: date, zone: ZoneInfo, member: Member | None, by_code: dict[str, UUID]) -> SaleDraft:
    random, plan = story.random, story.brand.plan
    place = member.home if member and random.random() < 0.8 else random.randrange(len(plan.stores))
    store = plan.stores[place]
    items = tuple(
        ItemDraft(sku=sku, name=name, category=category, quantity=1, unit_minor=price)
        for sku, name, category, price in random.sample(plan.products, random.choice((1, 1, 1, 2, 2, 3)))
    )
    at = datetime.combine(day, time(8 + random.randrange(12), random.randrange(60)), tzinfo=zone)
    return SaleDraft(
        customer=member.id if member else None,
        store=by_code[store.code],
        amount_minor=sum(item.unit_minor for item in items),
        currency=story.brand.info.currency,
        external_id=f"{store.code[:3].upper()}-{next(story.numbers):05d}",
        channel="online" if store.kind == "online" else "store",
        occurred_at=at,
        items=items,
    )


def _refund(story: Story, outcomes: list[SaleOutcome]) -> None:
    """About one sale in eighty comes back, often only in part."""
    for outcome in outcomes:
        if outcome.awards and story.random.random() < 1 / 80:
            whole = outcome.purchase.amount_minor
            refund_sale(
                tenant=story.brand.tenant,
                purchase=outcome.purchase.id,
                amount_minor=whole if story.random.random() < 0.5 else whole // 2,
                external_id=f"D-{outcome.purchase.external_id}",
                actor=SYSTEM,
            )


def _take_vouchers(story: Story) -> None:
    """Some of those who can afford a coupon take one."""
    random, brand = story.random, story.brand
    live = [(coupon, demo.appeal) for coupon, demo in brand.coupons if coupon.created_at <= now()]
    if not live:
        return
    unit = brand.info.currency if brand.plan.kind == "cashback" else "points"
    purses = balances_of(tenant=brand.tenant, customers=[member.id for member in story.members])
    for member in story.members:
        available = next((each.available for each in purses.get(member.id, []) if each.unit == unit), 0)
        if available and random.random() < 0.04:
            coupon = random.choices([each for each, _ in live], [appeal for _, appeal in live])[0]
            if available >= (coupon.cost_amount or 0):
                _take(story, member, coupon)


def _take(story: Story, member: Member, coupon: CouponInfo) -> None:
    try:
        with tenant_scope(story.brand.tenant):
            voucher = issue_voucher(
                tenant=story.brand.tenant,
                customer=member.id,
                coupon=coupon.id,
                origin="balance",
                key=f"demo-{next(story.numbers)}",
                actor=SYSTEM,
            )
    except Exception as refusal:
        if not hasattr(refusal, "code"):
            raise
        return
    story.open_vouchers.append((voucher, member))


def _use_vouchers(story: Story, day: date) -> None:
    """Each day some of the open vouchers are used, those near their end a little sooner."""
    kept = []
    own = [store for store in story.brand.stores if store.kind == "own"]
    for voucher, member in story.open_vouchers:
        ends = voucher.valid_until
        near = ends is not None and (ends - now()).days < 7
        if story.random.random() < (0.12 if near else 0.05):
            _use(story, voucher, member, story.random.choice(own).id)
        elif ends is None or ends > now():
            kept.append((voucher, member))
    story.open_vouchers = kept


def _use(story: Story, voucher: VoucherInfo, member: Member, store: UUID) -> None:
    amount = story.random.randrange(5_500, 18_000, 50)
    number = f"V-{next(story.numbers):05d}"
    try:
        redeem_voucher(
            tenant=story.brand.tenant,
            code=voucher.code,
            store=store,
            key=f"demo-{number}",
            actor=SYSTEM,
            customer=member.id,
            amount_minor=amount,
            external_id=number,
        )
    except VoucherRefused:
        return  # outside its days or hours
    sale = SaleDraft(
        customer=member.id,
        store=store,
        amount_minor=amount,
        currency=story.brand.info.currency,
        external_id=number,
        occurred_at=now(),
    )
    record_sales(tenant=story.brand.tenant, sales=[sale], publish=False)


def _meet(story: Story, day: date, back: int) -> None:
    """Every fourth Saturday an event, where a part of the members takes part."""
    events = story.brand.plan.events
    if not events or day.weekday() != 5 or (back // 7) % 4:
        return
    name = events[(back // 28) % len(events)]
    for member in story.members:
        if member.since <= day <= member.until and story.random.random() < 0.22:
            record_participation(
                tenant=story.brand.tenant, customer=member.id, kind="event", external_id=f"{name}-{day}-{member.id}"
            )
