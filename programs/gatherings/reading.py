"""From rows to what other rooms see."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from programs.gatherings.errors import GatheringNotFound, RegistrationNotFound
from programs.gatherings.infos import GatheringDraft, GatheringInfo, RegistrationInfo
from programs.models import Gathering, Registration
from smartbis.customers.selectors import get_customers
from smartbis.customers.services import hold_customer, hold_customer_if_free
from vouchers.infos import VoucherInfo
from vouchers.selectors import vouchers_by_ids

_TERMS = tuple(GatheringDraft.__dataclass_fields__)
_LISTS = ("plans", "tiers", "tags")
_SAME = (
    "id",
    "gathering_id",
    "customer_id",
    "status",
    "voucher_id",
    "price_unit",
    "price_amount",
    "paid_at",
    "paid_to",
    "channel",
    "asked_at",
    "registered_at",
    "arrived_at",
    "ended_at",
    "ended_reason",
)


def get_gathering_row(gathering: UUID) -> Gathering:
    """Raises GatheringNotFound."""
    row = Gathering.objects.filter(id=gathering).first()
    if row is None:
        raise GatheringNotFound
    return row


def lock_gathering(gathering: UUID) -> Gathering:
    """The gathering, whose places nobody else gives or takes until this transaction ends. Raises GatheringNotFound.

    The first lock of every change of its list, after the customer it is about: places are given one after another, in
    the order of the line.
    """
    row = Gathering.objects.select_for_update(no_key=True).filter(id=gathering).first()
    if row is None:
        raise GatheringNotFound
    return row


def lock_registration(registration: UUID) -> Registration:
    """A registration that nobody else changes, and whose customer nobody merges. Raises RegistrationNotFound.

    The customer is held first: a merge that has them waits for the row.
    """
    found = _found(registration)
    hold_customer(tenant=found.tenant_id, customer=found.customer_id)
    return _locked(registration)


def lock_place(registration: UUID) -> tuple[Gathering, Registration]:
    """The same, locked after its gathering, where a place may become free. Raises RegistrationNotFound."""
    found = _found(registration)
    hold_customer(tenant=found.tenant_id, customer=found.customer_id)
    return lock_gathering(found.gathering_id), _locked(registration)


def lock_in_line(registration: UUID) -> Registration | None:
    """The same under its gathering's lock, which others wait for: None where the customer is being merged.

    Also None for what is left of somebody who was merged.
    """
    found = _found(registration)
    held = hold_customer_if_free(tenant=found.tenant_id, customer=found.customer_id)
    row = _locked(registration) if held else None
    return row if row is not None and row.customer_id == held else None


def _found(registration: UUID) -> Registration:
    row = Registration.objects.filter(id=registration).first()
    if row is None:
        raise RegistrationNotFound
    return row


def _locked(registration: UUID) -> Registration:
    # With who it belongs to by now: the customer is held.
    return Registration.objects.select_for_update(no_key=True).get(id=registration)


def gathering_infos(rows: Sequence[Gathering]) -> list[GatheringInfo]:
    """Gatherings with how many come; one query for all."""
    counts: dict[UUID, Any] = {
        row["gathering_id"]: row
        for row in Registration.objects.filter(gathering_id__in=[row.id for row in rows])
        .exclude(status="left")
        .values("gathering_id")
        .annotate(
            taken=Count("id", filter=~Q(status="waiting")),
            arrived=Count("id", filter=Q(status="arrived")),
            waiting=Count("id", filter=Q(status="waiting")),
        )
        .order_by()
    }
    return [_gathering_info(row, counts.get(row.id, {})) for row in rows]


def _gathering_info(row: Gathering, counts: dict[str, Any]) -> GatheringInfo:
    terms = {name: getattr(row, name) for name in _TERMS if name not in (*_LISTS, "store")}
    return GatheringInfo(
        **terms,
        plans=tuple(row.plans),
        tiers=tuple(row.tiers),
        tags=tuple(row.tags),
        store=row.store_id,
        id=row.id,
        taken=counts.get("taken", 0),
        arrived=counts.get("arrived", 0),
        waiting=counts.get("waiting", 0),
        created_at=row.created_at,
        changed_at=row.changed_at,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
    )


def registration_infos(rows: Sequence[Registration]) -> list[RegistrationInfo]:
    """Registrations with the codes of their entries and the customers' names; two queries for all."""
    if not rows:
        return []
    tenant = rows[0].tenant_id
    entries = vouchers_by_ids(tenant=tenant, vouchers=[row.voucher_id for row in rows if row.voucher_id])
    people = get_customers(tenant=tenant, customers={row.customer_id for row in rows})
    return [
        _registration_info(
            row,
            entries.get(row.voucher_id) if row.voucher_id else None,
            people[row.customer_id].name if row.customer_id in people else "",
        )
        for row in rows
    ]


def registration_info(row: Registration, *, repeated: bool = False) -> RegistrationInfo:
    """One registration with its place in the line."""
    entries = vouchers_by_ids(tenant=row.tenant_id, vouchers=[row.voucher_id]) if row.voucher_id else {}
    entry = entries.get(row.voucher_id) if row.voucher_id else None
    return _registration_info(row, entry, "", position=position_of(row), repeated=repeated)


def position_of(row: Registration) -> int:
    """The place in the waiting line, from 1; 0 for who does not wait."""
    if row.status != Registration.Status.WAITING:
        return 0
    waiting = Registration.objects.filter(gathering_id=row.gathering_id, status="waiting")
    earlier = Q(asked_at__lt=row.asked_at) | Q(asked_at=row.asked_at, id__lt=row.id)
    return waiting.filter(earlier).count() + 1


def _registration_info(
    row: Registration, entry: VoucherInfo | None, name: str, *, position: int = 0, repeated: bool = False
) -> RegistrationInfo:
    return RegistrationInfo(
        **{name: getattr(row, name) for name in _SAME},
        code=entry.code if entry else "",
        qr_token=entry.qr_token if entry else "",
        customer_name=name,
        position=position,
        repeated=repeated,
    )
