"""Places are given in the order of the line, and given back. Called with the gathering locked."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from programs.events import GatheringRegistered, RegistrationEnded
from programs.gatherings.infos import DOORS_CLOSE
from programs.gatherings.reading import lock_in_line
from programs.models import Gathering, Registration
from smartbis.customers.selectors import memberships_of
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.kernel.units import POINTS
from smartbis.ledger.errors import InsufficientBalance
from smartbis.outbox.services import publish
from vouchers.errors import VoucherRefused
from vouchers.services import call_entry_off, cancel_entry, issue_entry


def free_places(gathering: Gathering) -> int | None:
    """How many places nobody has; None without a limit."""
    if gathering.capacity is None:
        return None
    taken = Registration.objects.filter(gathering_id=gathering.id, status__in=["registered", "arrived"]).count()
    return max(gathering.capacity - taken, 0)


def has_line_before(row: Registration) -> bool:
    """Whether somebody else waits already, whom nobody may pass by."""
    waiting = Registration.objects.filter(gathering_id=row.gathering_id, status="waiting")
    return waiting.exclude(id=row.id).exists()


def give_place(gathering: Gathering, row: Registration, actor: Actor, *, from_line: bool = False) -> None:
    """Issue the entry and write the place down. Raises InsufficientBalance. Publishes GatheringRegistered."""
    entry = issue_entry(
        tenant=row.tenant_id,
        customer=row.customer_id,
        coupon=gathering.coupon_id,
        key=f"registration:{row.id}",
        actor=actor,
        valid_until=gathering.ends_at + DOORS_CLOSE,
    )
    row.voucher_id = entry.id
    row.status, row.registered_at = Registration.Status.REGISTERED, now()
    if row.paid_at is None:
        row.price_unit, row.price_amount = gathering.price_unit, gathering.price_amount
    if gathering.price_unit == POINTS:
        row.paid_at = row.registered_at
    row.save()
    publish(
        GatheringRegistered(
            registration_id=row.id,
            gathering_id=gathering.id,
            customer_id=row.customer_id,
            from_waiting_list=from_line,
        )
    )


def is_invited(gathering: Gathering, memberships: frozenset[tuple[str, str]]) -> bool:
    """Whether memberships fit: one of the plans, one of the tiers and one of the tags, each where any are named."""
    wanted = (("plan", gathering.plans), ("tier", gathering.tiers), ("tag", gathering.tags))
    return all(not keys or any((kind, key) in memberships for key in keys) for kind, keys in wanted)


def is_member(gathering: Gathering, customer: UUID) -> bool:
    """Whether a customer is invited by what they belong to now; a gathering for everybody asks for nothing."""
    if not (gathering.plans or gathering.tiers or gathering.tags):
        return True
    return is_invited(gathering, memberships_of(tenant=gathering.tenant_id, customer=customer))


def costs_more_now(gathering: Gathering, row: Registration) -> bool:
    """Whether a place would take more points than it did when somebody asked for it."""
    if gathering.price_unit != POINTS:
        return False
    agreed = row.price_amount if row.price_unit == POINTS else 0
    return (gathering.price_amount or 0) > (agreed or 0)


def may_move_up(gathering: Gathering, row: Registration) -> bool:
    """Whether who waits may have a place: they are invited still, and it costs them no more than when they asked."""
    return not costs_more_now(gathering, row) and is_member(gathering, row.customer_id)


def give_places(gathering: Gathering) -> int:
    """Give every free place to who waits, the first in line first; returns how many were given.

    Who cannot pay the price in points now, or asked when it was less, or is not invited any more, keeps their place in
    the line, and the next one has the turn. Nobody moves up once the gathering has begun.
    Publishes GatheringRegistered for each.
    """
    if gathering.status != Gathering.Status.OPEN or now() >= gathering.starts_at:
        return 0
    left, given = free_places(gathering), 0
    line = Registration.objects.filter(gathering_id=gathering.id, status="waiting").order_by("asked_at", "id")
    for registration in line.values_list("id", flat=True).iterator(chunk_size=100):
        if left is not None and given >= left:
            break
        row = lock_in_line(registration)
        if row is None or not may_move_up(gathering, row):
            continue
        # Who asked for the place chose its price too. A savepoint, so that the others' turns stand.
        with suppress(InsufficientBalance), transaction.atomic():
            give_place(gathering, row, Actor(kind="customer", id=row.customer_id), from_line=True)
            given += 1
    return given


def end_registration(row: Registration, *, returns: bool, reason: str, why: str, actor: Actor) -> None:
    """Take somebody off the list, whose row is locked; `returns` says whether what they paid in points comes back.

    An entry that has ended by itself is left as it is, unless the gathering was called off: then its price comes back
    all the same. Publishes RegistrationEnded.
    """
    returned = 0
    if row.voucher_id is not None:
        with suppress(VoucherRefused):
            words = reason or _("Inscrição cancelada")
            returned = _take_entry_back(row, row.voucher_id, returns=returns, words=words, actor=actor)
    row.status, row.ended_at, row.ended_reason = Registration.Status.LEFT, now(), reason[:300]
    row.save()
    publish(
        RegistrationEnded(
            registration_id=row.id,
            gathering_id=row.gathering_id,
            customer_id=row.customer_id,
            reason=why,
            returned_points=returned,
        )
    )


def _take_entry_back(row: Registration, entry: UUID, *, returns: bool, words: str, actor: Actor) -> int:
    """Cancel an entry; how many points came back. Raises VoucherRefused."""
    if row.gathering.status == Gathering.Status.CANCELLED:
        return call_entry_off(tenant=row.tenant_id, voucher=entry, reason=words, actor=actor).paid_amount
    cancelled = cancel_entry(tenant=row.tenant_id, voucher=entry, returns=returns, reason=words, actor=actor)
    return cancelled.paid_amount if returns else 0
