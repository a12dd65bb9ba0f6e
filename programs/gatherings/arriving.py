"""The door: an entry is used once, taking part earns, and both can be taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from programs.events import GatheringCheckedIn
from programs.gatherings.errors import (
    CheckInTooEarly,
    EntryOfAnother,
    GatheringCancelled,
    NotArrived,
    RegistrationEnded,
    RegistrationNotFound,
    RegistrationUnpaid,
    StillWaiting,
)
from programs.gatherings.infos import DOORS_OPEN, Arrival, RegistrationInfo
from programs.gatherings.reading import get_gathering_row, lock_registration, registration_info
from programs.gatherings.registering import mark_paid
from programs.models import Gathering, Registration
from programs.selectors.awards import awards_of_participation
from programs.services.participations import record_participation
from programs.services.withdrawals import withdraw_participation
from smartbis.kernel.clock import now
from smartbis.kernel.codes import parse_qr
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.selectors import spendable_balances
from smartbis.outbox.services import publish
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from vouchers.infos import VoucherInfo
from vouchers.selectors import find_by_qr, find_voucher_by_id, get_voucher
from vouchers.services import redeem_voucher, reverse_redemption

PARTICIPATION = "event"


def check_in(
    *,
    tenant: UUID,
    gathering: UUID,
    store: UUID,
    key: str,
    actor: Actor,
    code: str = "",
    registration: UUID | None = None,
    is_paid: bool = False,
) -> Arrival:
    """Let somebody in, named by the code or QR of their entry or by their registration: the entry is used, once.

    The use is an event's participation and earns by the rules in force. The same key again gives the first answer;
    `is_paid` writes the price in money down as paid just now.
    Raises GatheringNotFound, GatheringCancelled, RegistrationNotFound, VoucherNotFound, EntryOfAnother, StillWaiting,
    RegistrationEnded, CheckInTooEarly, RegistrationUnpaid, VoucherAlreadyRedeemed (with when and by whom) and the other
    VoucherRefused, StoreUnknown, PermissionMissing. Publishes VoucherRedeemed, GatheringCheckedIn.
    """
    require(actor, "event.check_in", store=store)
    with tenant_scope(tenant):
        held = get_gathering_row(gathering)
        row, entry = _named(held, code, registration)
        _check_door(held, row)
        if is_paid:
            mark_paid(tenant=tenant, registration=row.id, actor=actor)
            row.refresh_from_db()
        if registration_info(row).owes:
            raise RegistrationUnpaid(unit=row.price_unit, amount=row.price_amount)
        use = redeem_voucher(
            tenant=tenant,
            code=entry.code,
            store=store,
            key=f"check-in:{key}",
            actor=actor,
            customer=row.customer_id,
            at_door=True,
        )
        if use.repeated:
            return _arrival(tenant, row, repeated=True)
        _arrive(row, use.id, use.redeemed_at)
        return _arrival(tenant, row, repeated=False)


def undo_check_in(*, tenant: UUID, registration: UUID, key: str, actor: Actor) -> RegistrationInfo:
    """Take an arrival back: the entry can be used again, and what taking part earned is taken back.

    Raises RegistrationNotFound, NotArrived (also when it was taken back already), RedemptionNotFound (out of the
    actor's stores), PermissionMissing. Publishes VoucherReversed.
    """
    require(actor, "event.check_in")
    with tenant_scope(tenant):
        row = lock_registration(registration)
        if row.status != Registration.Status.ARRIVED or row.redemption_id is None:
            raise NotArrived
        reverse_redemption(
            tenant=tenant,
            redemption=row.redemption_id,
            reason=_("Chegada desfeita"),
            key=f"check-in-undo:{key}",
            actor=actor,
        )
        _go_back(row)
        return registration_info(row)


def take_arrival_back(row: Registration, *, reason: str) -> None:
    """Take back the arrival of a registration that is locked, because it was none. Publishes VoucherReversed."""
    if row.redemption_id is not None:
        reverse_redemption(
            tenant=row.tenant_id, redemption=row.redemption_id, reason=reason, key=f"no-arrival:{row.id}", actor=SYSTEM
        )
    _go_back(row)


def go_back_by_voucher(*, tenant: UUID, voucher: UUID, redemption: UUID) -> None:
    """The use of an entry was taken back at another door: its holder has not arrived."""
    with tenant_scope(tenant):
        found = Registration.objects.filter(voucher_id=voucher, redemption_id=redemption).first()
        if found is None:
            return
        row = lock_registration(found.id)
        if row.status == Registration.Status.ARRIVED and row.redemption_id == redemption:
            _go_back(row)


def _named(gathering: Gathering, code: str, registration: UUID | None) -> tuple[Registration, VoucherInfo]:
    tenant = gathering.tenant_id
    if registration is not None:
        row = lock_registration(registration)
    else:
        scanned = find_by_qr(tenant=tenant, token=code) if parse_qr(code) else None
        entry = scanned or get_voucher(tenant=tenant, code=code)
        found = Registration.objects.filter(voucher_id=entry.id).first()
        if found is None:
            raise RegistrationNotFound
        row = lock_registration(found.id)
    if row.gathering_id != gathering.id:
        raise EntryOfAnother(event=row.gathering.name)
    if row.status == Registration.Status.WAITING:
        raise StillWaiting
    own = find_voucher_by_id(tenant=tenant, voucher=row.voucher_id) if row.voucher_id else None
    if own is None or row.status == Registration.Status.LEFT:
        raise RegistrationEnded
    return row, own


def _check_door(gathering: Gathering, row: Registration) -> None:
    if gathering.status == Gathering.Status.CANCELLED and row.status != Registration.Status.ARRIVED:
        raise GatheringCancelled
    opens = gathering.starts_at - DOORS_OPEN
    if now() < opens:
        params: dict[str, Any] = {"from": opens.isoformat()}
        raise CheckInTooEarly(**params)


def _arrive(row: Registration, redemption: UUID, at: datetime) -> None:
    """Runs with the registration locked. Publishes GatheringCheckedIn."""
    row.arrivals += 1
    # A second arrival, after the first was taken back, is another participation.
    number = str(row.id) if row.arrivals == 1 else f"{row.id}/{row.arrivals}"
    outcome = record_participation(
        tenant=row.tenant_id,
        customer=row.customer_id,
        kind=PARTICIPATION,
        external_id=number,
        occurred_at=at,
    )
    row.status, row.arrived_at = Registration.Status.ARRIVED, at
    row.redemption_id, row.participation_id = redemption, outcome.id
    row.save()
    publish(
        GatheringCheckedIn(
            registration_id=row.id,
            gathering_id=row.gathering_id,
            customer_id=row.customer_id,
            participation_id=outcome.id,
        )
    )


def _go_back(row: Registration) -> None:
    """Runs with the registration locked."""
    if row.participation_id is not None:
        withdraw_participation(tenant=row.tenant_id, participation=row.participation_id)
    row.status, row.arrived_at = Registration.Status.REGISTERED, None
    row.redemption_id = None
    row.save()


def _arrival(tenant: UUID, row: Registration, *, repeated: bool) -> Arrival:
    awards = awards_of_participation(tenant=tenant, participation=row.participation_id) if row.participation_id else ()
    return Arrival(
        registration=registration_info(row, repeated=repeated),
        awards=tuple(award for award in awards if award.amount > award.reversed),
        balances=spendable_balances(tenant=tenant, customer=row.customer_id),
        repeated=repeated,
    )
