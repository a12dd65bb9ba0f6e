"""People register, wait in line, leave, and pay."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from programs.gatherings.errors import (
    AlreadyArrived,
    GatheringCancelled,
    GatheringNotFound,
    NotInvited,
    RegistrationClosed,
    RegistrationEnded,
    RegistrationNotFound,
)
from programs.gatherings.infos import RegistrationInfo
from programs.gatherings.places import (
    end_registration,
    free_places,
    give_place,
    give_places,
    has_line_before,
    is_member,
    may_move_up,
)
from programs.gatherings.reading import lock_gathering, lock_place, lock_registration, registration_info
from programs.models import Gathering, Registration
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import PermissionMissing, PriceChanged
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.kernel.units import POINTS
from smartbis.tenancy.once import patiently
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit


def register(
    *,
    tenant: UUID,
    gathering: UUID,
    customer: UUID,
    actor: Actor,
    channel: str,
    is_paid: bool = False,
    expects_price: tuple[int, str] | None = None,
) -> RegistrationInfo:
    """Give somebody a place and their entry, or the last place in the waiting line when all are taken.

    Who is on the list already is answered unchanged (`repeated`). A price in points leaves the balance with the place;
    `is_paid` writes a price in money down as paid, for the team, also of who waits or is on the list. The team may
    register after the period too, until the end, and once it has begun gives a free place to anybody, in line or not.
    `expects_price`, amount and unit, is the price that was shown.
    Raises GatheringNotFound, GatheringCancelled, RegistrationClosed, PriceChanged, NotInvited, CustomerNotFound,
    InsufficientBalance, PermissionMissing. Publishes GatheringRegistered for who has a place.
    """
    _require(actor, customer)
    return patiently(lambda: _register(tenant, gathering, customer, actor, channel, is_paid, expects_price))


def _register(
    tenant: UUID,
    gathering: UUID,
    customer: UUID,
    actor: Actor,
    channel: str,
    is_paid: bool,
    expects_price: tuple[int, str] | None,
) -> RegistrationInfo:
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        row = lock_gathering(gathering)
        if (known := _live_of(row.id, customer)) is not None:
            return _known(row, lock_registration(known.id), actor, is_paid=is_paid)
        _check_open(row, actor)
        if expects_price not in (None, (row.price_amount or 0, row.price_unit)):
            raise PriceChanged
        if get_customer(tenant=tenant, customer=customer).status != "active":
            raise CustomerNotFound
        _check_invited(row, customer)
        fresh = _add(tenant, row, customer, channel)
        if is_paid:
            _write_paid(fresh, actor)
        _place(row, fresh, actor)
        return registration_info(fresh)


def _known(gathering: Gathering, row: Registration, actor: Actor, *, is_paid: bool) -> RegistrationInfo:
    """The answer to who is on the list: the same again, but for a payment, and for a free place once it has begun."""
    if is_paid:
        _write_paid(row, actor)
    before = row.status
    if before == Registration.Status.WAITING and _is_by_hand(gathering, actor) and may_move_up(gathering, row):
        _place(gathering, row, actor)
    return registration_info(row, repeated=row.status == before)


def _place(gathering: Gathering, row: Registration, actor: Actor) -> None:
    """Give a place to who waits if one is free and nobody stands before; else they stay in the line."""
    if free_places(gathering) == 0:
        return
    if has_line_before(row) and not _is_by_hand(gathering, actor):
        give_places(gathering)
        row.refresh_from_db()
    else:
        give_place(gathering, row, actor)


def _is_by_hand(gathering: Gathering, actor: Actor) -> bool:
    """While it runs nobody moves up by themselves: the team gives a free place to who stands at the door."""
    runs = gathering.starts_at <= now() < gathering.ends_at and gathering.status == Gathering.Status.OPEN
    return runs and actor.kind != "customer"


def leave(*, tenant: UUID, registration: UUID, actor: Actor, reason: str = "") -> RegistrationInfo:
    """Take somebody off the list; the place goes to the first in line.

    Points come back until the gathering's hour for it; the team gives them back always. Again, it answers the same.
    Raises RegistrationNotFound (also for somebody else's), AlreadyArrived, RegistrationEnded once it has begun for a
    customer, PermissionMissing. Publishes RegistrationEnded, and GatheringRegistered for who moves up.
    """
    return patiently(lambda: _leave(tenant, registration, actor, reason))


def _leave(tenant: UUID, registration: UUID, actor: Actor, reason: str) -> RegistrationInfo:
    with tenant_scope(tenant):
        found = Registration.objects.filter(id=registration).first()
        if found is None or (actor.kind == "customer" and found.customer_id != actor.id):
            raise RegistrationNotFound
        if actor.kind != "customer":
            require(actor, "event.register")
        gathering, row = lock_place(registration)
        if row.status == Registration.Status.LEFT:
            return registration_info(row, repeated=True)
        if row.status == Registration.Status.ARRIVED:
            raise AlreadyArrived
        if actor.kind == "customer" and now() >= gathering.starts_at:
            raise RegistrationEnded
        is_own = actor.kind == "customer"
        end_registration(
            row,
            returns=not is_own or refunds_now(gathering),
            reason=reason,
            why="left" if is_own else "removed",
            actor=SYSTEM if is_own else actor,
        )
        give_places(gathering)
        return registration_info(row)


def mark_paid(*, tenant: UUID, registration: UUID, actor: Actor) -> RegistrationInfo:
    """Write down that the price in money was paid to `actor`; again, it changes nothing.

    Raises RegistrationNotFound, RegistrationEnded, PermissionMissing.
    """
    require(actor, "event.register")
    with tenant_scope(tenant):
        row = lock_registration(registration)
        if row.status == Registration.Status.LEFT:
            raise RegistrationEnded
        if row.paid_at is not None or not row.price_amount:
            return registration_info(row, repeated=True)
        _write_paid(row, actor)
        return registration_info(row)


def end_by_voucher(*, tenant: UUID, voucher: UUID) -> None:
    """The entry was cancelled at another door: take its holder off the list and give the place on."""
    with tenant_scope(tenant):
        found = Registration.objects.filter(voucher_id=voucher, status="registered").first()
        if found is None:
            return
        gathering, row = lock_place(found.id)
        if row.status == Registration.Status.REGISTERED:
            end_registration(row, returns=True, reason="", why="removed", actor=SYSTEM)
            give_places(gathering)


def leave_all(*, tenant: UUID, customer: UUID) -> None:
    """Take somebody who was erased off every list that lies ahead."""
    with tenant_scope(tenant):
        ahead = Registration.objects.filter(customer_id=customer, status__in=["waiting", "registered"])
        for registration in list(ahead.order_by("gathering_id").values_list("id", flat=True)):
            leave(tenant=tenant, registration=registration, actor=SYSTEM)


def refunds_now(gathering: Gathering) -> bool:
    """Whether who leaves now gets their points back."""
    if gathering.refund_hours is None:
        return False
    return (gathering.starts_at - now()).total_seconds() >= gathering.refund_hours * 3600


@dataclass(frozen=True)
class Period:
    """When registering is possible."""

    opens: bool
    closed: bool


def period_of(gathering: Gathering, *, is_team: bool) -> Period:
    """Whether registration has opened, and whether it is over; the team may register until the end."""
    instant = now()
    opens = is_team or gathering.registers_from is None or instant >= gathering.registers_from
    end = gathering.ends_at if is_team else gathering.registers_until or gathering.starts_at
    return Period(opens, instant >= end)


def _require(actor: Actor, customer: UUID) -> None:
    """Customers act for themselves, the team by its roles."""
    if actor.kind != "customer":
        require(actor, "event.register")
    elif actor.id != customer:
        raise PermissionMissing(verb="event.register")


def _live_of(gathering: UUID, customer: UUID) -> Registration | None:
    return Registration.objects.filter(gathering_id=gathering, customer_id=customer).exclude(status="left").first()


def _check_open(gathering: Gathering, actor: Actor) -> None:
    if gathering.status == Gathering.Status.DRAFT and actor.kind == "customer":
        raise GatheringNotFound
    if gathering.status == Gathering.Status.CANCELLED:
        raise GatheringCancelled
    period = period_of(gathering, is_team=actor.kind == "staff")
    if not period.opens or period.closed or gathering.status != Gathering.Status.OPEN:
        opens = gathering.registers_from.isoformat() if gathering.registers_from and not period.opens else None
        until = (gathering.registers_until or gathering.starts_at).isoformat()
        params: dict[str, Any] = {"from": opens, "until": until}
        raise RegistrationClosed(**params)


def _check_invited(gathering: Gathering, customer: UUID) -> None:
    if not is_member(gathering, customer):
        raise NotInvited(plans=gathering.plans, tiers=gathering.tiers, tags=gathering.tags)


def _add(tenant: UUID, gathering: Gathering, customer: UUID, channel: str) -> Registration:
    row = Registration(
        tenant_id=tenant,
        gathering=gathering,
        customer_id=customer,
        status=Registration.Status.WAITING,
        channel=channel,
        price_unit=gathering.price_unit,
        price_amount=gathering.price_amount,
        asked_at=now(),
    )
    row.save(force_insert=True)
    return row


def _write_paid(row: Registration, actor: Actor) -> None:
    """Write a price in money down as paid to the team, once."""
    if not row.price_amount or row.price_unit == POINTS or row.paid_at is not None or actor.kind == "customer":
        return
    row.paid_at, row.paid_to = now(), actor.label[:80]
    row.save(update_fields=["paid_at", "paid_to"])
    record_audit(
        tenant=row.tenant_id,
        actor=actor,
        action="event.paid",
        object_kind="registration",
        object_id=row.id,
        after={"unit": row.price_unit, "amount": row.price_amount},
    )
