"""Issuing to many: a part at a time, each in one transaction, each customer once.

A part locks what a single issue locks and in the same order, but for all of its customers together, and writes its
vouchers in a few statements. Who may not have one is noted with the reason; what runs out lets the whole order rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from smartbis.customers.selectors import active_customers
from smartbis.customers.services import hold_customers
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish_all
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_tenant
from vouchers import stock
from vouchers.audience import is_for_all, lacking
from vouchers.errors import CouponNotLive
from vouchers.events import VoucherIssued
from vouchers.models import Coupon, Issuance, IssuanceTarget, Voucher
from vouchers.people import persons_of
from vouchers.pool import take_codes
from vouchers.reading import lock_coupon_terms
from vouchers.services.copies import write_copies
from vouchers.services.orders import Order, check_live
from vouchers.services.terms import draw_up, reserve_of

PART = 1_000


@dataclass(frozen=True)
class _Part:
    """Some of an order's targets: who each is now, or None for codes without a customer."""

    row: Issuance
    coupon: Coupon
    brand: TenantInfo
    people: dict[UUID, UUID]
    codes: int

    @property
    def wanted(self) -> int:
        return self.codes or len(self.people)


def issue_next_part(*, tenant: UUID) -> bool:
    """Issue the next part of the tenant's oldest running order; False when none runs that nobody else works on.

    Publishes VoucherIssued for each voucher.
    """
    with tenant_scope(tenant):
        running = Issuance.objects.filter(status=Issuance.Status.RUNNING).order_by("created_at", "id")
        row = running.select_for_update(no_key=True, skip_locked=True).first()
        if row is None:
            return False
        targets = _targets(row)
        people = hold_customers(tenant=tenant, customers=targets) if targets else {}
        coupon = lock_coupon_terms(tenant=tenant, coupon=row.coupon_id)
        left = row.total - row.issued - row.refused
        codes = min(PART, left) if row.audience == Issuance.Audience.CODES else 0
        part = _Part(row, coupon, get_tenant(tenant=tenant), people, codes)
        if part.wanted:
            _work(part)
        _finish(part)
        return True


def _targets(row: Issuance) -> list[UUID]:
    """Who is next. Who was refused behind the position, where stock ran out before, is not asked again."""
    waiting = IssuanceTarget.objects.filter(issuance_id=row.id, refusal="")
    if row.position is not None:
        waiting = waiting.filter(customer_id__gt=row.position)
    return list(waiting.order_by("customer_id").values_list("customer_id", flat=True)[:PART])


def _work(part: _Part) -> None:
    order = _order(part)
    try:
        check_live(order)
    except CouponNotLive:
        _rest(part, "coupon_not_live")
        return
    refused = _refused(part)
    fit = sorted(target for target in part.people if target not in refused)
    wanted = part.codes or len(fit)
    granted, ran_out = stock.take_pieces(coupon=part.coupon, wanted=wanted, money_each=reserve_of(part.coupon))
    pooled: list[str] = []
    if part.coupon.uses_pool and granted:
        pooled = take_codes(tenant=part.row.tenant_id, coupon=part.coupon.id, wanted=granted)
        if len(pooled) < granted:
            reserve = reserve_of(part.coupon) * (granted - len(pooled))
            stock.give_piece_back(
                tenant=part.row.tenant_id, coupon=part.coupon.id, pieces=granted - len(pooled), money=reserve
            )
            granted, ran_out = len(pooled), "coupon_out_of_stock"
    served, unserved = fit[:granted], fit[granted:]
    stock.give_one_each_back(coupon=part.coupon.id, customers=[part.people[target] for target in unserved])
    _issue(part, order, served, granted if part.codes else 0, pooled)
    for code in sorted(set(refused.values())):
        _note(part.row, [target for target, each in refused.items() if each == code], code)
    if part.people:
        part.row.position = _reached(part, served, unserved)
    part.row.issued += granted
    part.row.refused += len(refused)
    if ran_out:
        _rest(part, ran_out)


def _refused(part: _Part) -> dict[UUID, str]:
    """Who may not have one, by the code of why; the others are counted towards their limits."""
    tenant, coupon, people = part.row.tenant_id, part.coupon, part.people
    if not people:
        return {}
    instant = now()
    found: dict[UUID, str] = {}
    active = active_customers(tenant=tenant, customers=set(people.values()))
    persons = {} if is_for_all(coupon) else persons_of(tenant=tenant, customers=active, audience=coupon, at=instant)
    already = _have_one(part.row, people.values())
    for target, customer in people.items():
        if customer not in active:
            found[target] = "customer_gone"
        elif customer in already:
            found[target] = "issued_already"
        elif not is_for_all(coupon) and lacking(coupon, persons.get(customer)):
            found[target] = "coupon_not_eligible"
        else:
            already.add(customer)
    left = {target: customer for target, customer in people.items() if target not in found}
    took = stock.take_one_each(
        tenant=tenant, coupon=coupon.id, customers=list(left.values()), limit=coupon.limit_per_customer
    )
    too_many = _over_the_day(part, took)
    stock.give_one_each_back(coupon=coupon.id, customers=too_many)
    found |= {
        target: "coupon_limit_reached"
        for target, customer in left.items()
        if customer not in took or customer in too_many
    }
    return found


def _have_one(row: Issuance, customers: Iterable[UUID]) -> set[UUID]:
    """Who was served by this order before, as somebody else who was merged into them since."""
    rows = Voucher.objects.filter(batch_id=row.id, customer_id__in=list(customers))
    return {customer for customer in rows.values_list("customer_id", flat=True) if customer is not None}


def _over_the_day(part: _Part, customers: set[UUID]) -> set[UUID]:
    limit = part.coupon.limit_per_day
    if limit is None:
        return set()
    since = stock.midnight(now(), part.brand.timezone)
    today = stock.took_today_many(coupon=part.coupon.id, customers=customers, since=since)
    return {customer for customer in customers if today.get(customer, 0) >= limit}


def _order(part: _Part) -> Order:
    row = part.row
    return Order(
        tenant=row.tenant_id,
        brand=part.brand,
        coupon=part.coupon,
        customer=None,
        origin=Voucher.Origin.CAMPAIGN,
        key="",
        actor=Actor(kind="staff", id=row.actor_id, label=row.actor_label),
        store=None,
        valid_until=None,
        sale=None,
        unit="",
        price=0,
        value_minor=part.coupon.value_minor,
        gives_change=False,
    )


def _issue(part: _Part, order: Order, served: Sequence[UUID], codes: int, pooled: Sequence[str]) -> None:
    row = part.row
    customers: list[UUID | None] = [part.people[target] for target in served] or [None] * codes
    if not customers:
        return
    pattern = draw_up(order)
    pattern.batch_id = row.id
    names = [customer or f"code:{row.issued + place}" for place, customer in enumerate(customers)]
    keys = [f"issuance:{row.id}:{name}" for name in names]
    vouchers = write_copies(pattern, customers=customers, keys=keys, legacy_codes=pooled)
    if pattern.valid_until is not None:
        request_work(queue="bulk", due_at=pattern.valid_until)
    publish_all(
        [
            VoucherIssued(
                voucher_id=voucher,
                customer_id=customer,
                coupon_id=part.coupon.id,
                origin=Voucher.Origin.CAMPAIGN.value,
            )
            for voucher, customer in zip(vouchers, customers, strict=True)
        ]
    )


def _note(row: Issuance, targets: Sequence[UUID], refusal: str) -> None:
    IssuanceTarget.objects.filter(issuance_id=row.id, customer_id__in=targets).update(refusal=refusal)


def _reached(part: _Part, served: Sequence[UUID], unserved: Sequence[UUID]) -> UUID | None:
    """The last one before whom nobody waits."""
    if not unserved:
        return max(part.people)
    return served[-1] if served else part.row.position


def _rest(part: _Part, code: str) -> None:
    part.row.status, part.row.stopped_by = Issuance.Status.PAUSED, code


def _finish(part: _Part) -> None:
    row = part.row
    if row.issued + row.refused >= row.total:
        row.status, row.stopped_by, row.finished_at = Issuance.Status.DONE, "", now()
    row.save(update_fields=["status", "stopped_by", "issued", "refused", "position", "finished_at"])
