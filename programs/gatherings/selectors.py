"""What can be read about gatherings."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from programs.gatherings.errors import GatheringNotFound, RegistrationNotFound
from programs.gatherings.infos import GatheringForCustomer, GatheringInfo, RegistrationInfo
from programs.gatherings.places import is_invited
from programs.gatherings.reading import (
    gathering_infos,
    get_gathering_row,
    position_of,
    registration_infos,
)
from programs.gatherings.registering import period_of
from programs.models import Gathering, Registration
from smartbis.customers.selectors import customers_page, memberships_of
from smartbis.kernel.clock import now
from smartbis.kernel.codes import parse_qr
from smartbis.kernel.units import POINTS
from smartbis.ledger.selectors import balances
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import read, tenant_scope
from smartbis.tenancy.selectors import stores
from vouchers.errors import VoucherNotFound
from vouchers.selectors import find_by_qr, get_voucher

MOST_FOUND = 200


def gatherings(*, tenant: UUID, when: str = "ahead", limit: int = 200) -> list[GatheringInfo]:
    """The brand's gatherings: `ahead` (not over yet, drafts too, the soonest first), `past` (the newest first).

    Two queries, however many there are.
    """
    with tenant_scope(tenant, read_only=True):
        instant = now()
        if when == "past":
            rows = Gathering.objects.filter(ends_at__lte=instant).order_by("-starts_at", "-id")
        else:
            rows = Gathering.objects.filter(ends_at__gt=instant).order_by("starts_at", "id")
        return gathering_infos(list(rows[:limit]))


def get_gathering(*, tenant: UUID, gathering: UUID) -> GatheringInfo:
    """Raises GatheringNotFound."""
    with tenant_scope(tenant, read_only=True):
        return gathering_infos([get_gathering_row(gathering)])[0]


def door_store(*, tenant: UUID, gathering: UUID) -> UUID:
    """The store in which arrivals count that are not marked at a till: the gathering's, or the brand's first own one.

    Raises GatheringNotFound, StoreUnknown for a brand without a store.
    """
    with tenant_scope(tenant, read_only=True):
        row = get_gathering_row(gathering)
        if row.store_id is not None:
            return row.store_id
        for store in stores(tenant=tenant):
            if store.kind == "own":
                return store.id
        raise StoreUnknown


def gatherings_at_door(*, tenant: UUID) -> list[GatheringInfo]:
    """Those whose door may be open now: from twelve hours before their start to twelve after their end."""
    with tenant_scope(tenant, read_only=True):
        instant, span = now(), timedelta(hours=12)
        rows = Gathering.objects.filter(status="open", starts_at__lte=instant + span, ends_at__gt=instant - span)
        return gathering_infos(list(rows.order_by("starts_at", "id")[:50]))


def gatherings_for(*, tenant: UUID, customer: UUID) -> list[GatheringForCustomer]:
    """What lies ahead as one customer sees it, the soonest first: where they stand, and what keeps them out.

    Seven queries, however many gatherings. Drafts are not shown; one that was called off only to who was on its list.
    """
    with tenant_scope(tenant, read_only=True):
        ahead = "AND row.ends_at > %s AND row.status <> 'draft' ORDER BY row.starts_at, row.id LIMIT 100"
        rows = read(rows_reading(Gathering, tenant, ahead, (now(),)))
        return _for_customer(tenant, rows, customer)


def gathering_for(*, tenant: UUID, gathering: UUID, customer: UUID) -> GatheringForCustomer:
    """One gathering as one customer sees it. Raises GatheringNotFound, also for a draft."""
    with tenant_scope(tenant, read_only=True):
        row = get_gathering_row(gathering)
        if row.status == Gathering.Status.DRAFT:
            raise GatheringNotFound
        return _for_customer(tenant, [row], customer)[0]


def registrations(
    *, tenant: UUID, gathering: UUID, status: str = "", search: str = "", limit: int = 2_000
) -> list[RegistrationInfo]:
    """Who is on a gathering's list, in the order of registering; who left is only named when asked for.

    `status` is registered (not arrived yet), arrived, waiting, left or empty; `search` a name's beginning, a phone, CPF
    or e-mail in full, or an entry's code.
    """
    with tenant_scope(tenant, read_only=True):
        rows = Registration.objects.filter(gathering_id=gathering)
        rows = rows.filter(status=status) if status else rows.exclude(status="left")
        if search.strip():
            rows = rows.filter(_matching(tenant, search.strip()))
        return registration_infos(list(rows.order_by("asked_at", "id")[:limit]))


def get_registration(*, tenant: UUID, registration: UUID, customer: UUID | None = None) -> RegistrationInfo:
    """Raises RegistrationNotFound, also for somebody else's when a customer is named."""
    with tenant_scope(tenant, read_only=True):
        row = Registration.objects.filter(id=registration).first()
        if row is None or (customer is not None and row.customer_id != customer):
            raise RegistrationNotFound
        return replace(registration_infos([row])[0], position=position_of(row))


def registrations_of(*, tenant: UUID, customer: UUID) -> list[RegistrationInfo]:
    """Everything one customer ever registered for, the newest first."""
    with tenant_scope(tenant, read_only=True):
        rows = Registration.objects.filter(customer_id=customer).order_by("-asked_at", "-id")
        return registration_infos(list(rows))


def gathering_names(*, tenant: UUID, gatherings: Collection[UUID]) -> dict[UUID, str]:
    """The names of gatherings by id."""
    with tenant_scope(tenant, read_only=True):
        return dict(Gathering.objects.filter(id__in=list(gatherings)).values_list("id", "name"))


def registration_of_voucher(*, tenant: UUID, voucher: UUID) -> RegistrationInfo | None:
    """The registration whose entry a voucher is, if it is one."""
    with tenant_scope(tenant, read_only=True):
        row = Registration.objects.filter(voucher_id=voucher).first()
        return registration_infos([row])[0] if row else None


def _for_customer(tenant: UUID, rows: list[Gathering], customer: UUID) -> list[GatheringForCustomer]:
    if not rows:
        return []
    memberships = memberships_of(tenant=tenant, customer=customer)
    points = next((each.available for each in balances(tenant=tenant, customer=customer) if each.unit == POINTS), 0)
    mine = Registration.objects.filter(customer_id=customer, gathering_id__in=[row.id for row in rows])
    live = list(mine.exclude(status="left"))
    lines = {row.gathering_id: position_of(row) for row in live if row.status == "waiting"}
    infos = {info.gathering_id: info for info in registration_infos(live)}
    told = set(mine.filter(status="left").values_list("gathering_id", flat=True))
    found = []
    for row, info in zip(rows, gathering_infos(rows), strict=True):
        registration = infos.get(row.id)
        if row.status == Gathering.Status.CANCELLED and registration is None and row.id not in told and len(rows) > 1:
            continue
        if registration is not None and row.id in lines:
            registration = _in_line(registration, lines[row.id])
        cost = (info.price_amount or 0) if info.costs_points else 0
        missing = max(cost - points, 0)
        found.append(GatheringForCustomer(info, registration, tuple(_against(row, memberships, missing)), missing))
    return found


def _in_line(registration: RegistrationInfo, position: int) -> RegistrationInfo:
    return replace(registration, position=position)


def _against(row: Gathering, memberships: frozenset[tuple[str, str]], missing: int) -> list[str]:
    if row.status == Gathering.Status.CANCELLED:
        return ["event_cancelled"]
    period = period_of(row, is_team=False)
    reasons = ["registration_closed"] if period.closed or not period.opens else []
    if not is_invited(row, memberships):
        reasons.append("event_not_eligible")
    if missing and not reasons:
        reasons.append("insufficient_balance")
    return reasons


def _matching(tenant: UUID, text: str) -> Q:
    people = customers_page(tenant=tenant, search=text, limit=MOST_FOUND)
    found = Q(customer_id__in=[person.id for person in people.items])
    entry = find_by_qr(tenant=tenant, token=text) if parse_qr(text) else None
    if entry is None:
        try:
            entry = get_voucher(tenant=tenant, code=text)
        except VoucherNotFound:
            return found
    return found | Q(voucher_id=entry.id)
