"""Gatherings come to be, change, and are called off."""

from dataclasses import fields
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from programs.events import GatheringCancelled as GatheringCancelledEvent
from programs.gatherings.drafts import checked
from programs.gatherings.errors import GatheringCancelled
from programs.gatherings.infos import DOORS_CLOSE, GatheringDraft, GatheringInfo
from programs.gatherings.places import end_registration, give_places
from programs.gatherings.reading import gathering_infos, lock_gathering, lock_registration
from programs.models import Gathering, Registration
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.outbox.services import publish
from smartbis.outbox.work import each_alone, request_work
from smartbis.tenancy import selectors as tenancy
from smartbis.tenancy.once import patiently
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from vouchers.infos import EntryTerms
from vouchers.services import change_entries, open_entries

TURN = 100


def create_gathering(*, tenant: UUID, draft: GatheringDraft, actor: Actor) -> GatheringInfo:
    """Announce a gathering, or keep it as a draft, with the coupon of its entries.

    Raises InvalidInput with sentences by field, PermissionMissing.
    """
    require(actor, "event.change")
    with tenant_scope(tenant):
        draft = checked(draft, brand=tenancy.get_tenant(tenant=tenant), stores=_stores(tenant))
        instant = now()
        row = Gathering(
            tenant_id=tenant,
            coupon_id=open_entries(tenant=tenant, terms=_entries(draft)),
            created_at=instant,
            changed_at=instant,
            **_columns(draft),
        )
        row.save(force_insert=True)
        _audit(row, actor, "event.create")
        return gathering_infos([row])[0]


def change_gathering(*, tenant: UUID, gathering: UUID, draft: GatheringDraft, actor: Actor) -> GatheringInfo:
    """Give a gathering other terms (`info.as_draft()` with replacements). Who has a place keeps it and its price.

    New places go to who waits in line. Raises GatheringNotFound, GatheringCancelled, InvalidInput (also for fewer
    places than are taken), PermissionMissing. Publishes GatheringRegistered for each who moves up.
    """
    require(actor, "event.change")
    return patiently(lambda: _change(tenant, gathering, draft, actor))


def _change(tenant: UUID, gathering: UUID, draft: GatheringDraft, actor: Actor) -> GatheringInfo:
    with tenant_scope(tenant):
        row = lock_gathering(gathering)
        if row.status == Gathering.Status.CANCELLED:
            raise GatheringCancelled
        draft = checked(draft, brand=tenancy.get_tenant(tenant=tenant), stores=_stores(tenant))
        live = Registration.objects.filter(gathering_id=row.id).exclude(status="left")
        taken = live.exclude(status="waiting").count()
        if draft.capacity is not None and draft.capacity < taken:
            raise InvalidInput({"capacity": [_("Já há %(taken)s inscritos.") % {"taken": taken}]})
        if draft.status == Gathering.Status.DRAFT and row.status == Gathering.Status.OPEN and live.exists():
            raise InvalidInput({"status": [_("Já há inscritos: cancele o evento em vez de escondê-lo.")]})
        for name, value in _columns(draft).items():
            setattr(row, name, value)
        row.changed_at = now()
        row.save()
        change_entries(
            tenant=tenant, coupon=row.coupon_id, terms=_entries(draft), valid_until=row.ends_at + DOORS_CLOSE
        )
        give_places(row)
        _audit(row, actor, "event.change")
        return gathering_infos([row])[0]


def cancel_gathering(*, tenant: UUID, gathering: UUID, reason: str, actor: Actor) -> GatheringInfo:
    """Call a gathering off: nobody registers any more, and everybody who came to be on its list gets their price back.

    The list is settled by a worker, each person in a transaction of their own, and each is told. Who has arrived stays.
    Raises GatheringNotFound, GatheringCancelled (before), InvalidInput without a reason, PermissionMissing.
    Publishes GatheringCancelled.
    """
    require(actor, "event.change")
    if not reason.strip():
        raise InvalidInput({"reason": [_("Diga o motivo, em até 300 caracteres: ele vai na mensagem.")]})
    with tenant_scope(tenant):
        row = lock_gathering(gathering)
        if row.status == Gathering.Status.CANCELLED:
            raise GatheringCancelled
        row.status, row.cancelled_at, row.cancel_reason = Gathering.Status.CANCELLED, now(), reason.strip()[:300]
        row.changed_at = now()
        row.save()
        _audit(row, actor, "event.cancel", reason=row.cancel_reason)
        publish(GatheringCancelledEvent(gathering_id=row.id))
        request_work(queue="relay")
        return gathering_infos([row])[0]


def settle_cancelled(*, tenant: UUID) -> bool:
    """Take everybody off the lists of gatherings that were called off; True when there may be more.

    Publishes RegistrationEnded for each.
    """
    with tenant_scope(tenant, read_only=True):
        open_rows = Registration.objects.filter(
            gathering__status=Gathering.Status.CANCELLED, status__in=["waiting", "registered"]
        )
        due = list(open_rows.order_by("asked_at", "id").values_list("id", flat=True)[:TURN])
    each_alone([partial(_settle, tenant, registration) for registration in due])
    return len(due) == TURN


def _settle(tenant: UUID, registration: UUID) -> None:
    with tenant_scope(tenant):
        row = lock_registration(registration)
        if row.status in ("waiting", "registered"):
            end_registration(row, returns=True, reason=row.gathering.cancel_reason, why="event_cancelled", actor=SYSTEM)


def _entries(draft: GatheringDraft) -> EntryTerms:
    """Only points are the voucher's price; money is written down on the list."""
    is_points = draft.price_unit == "points"
    return EntryTerms(
        name=draft.name,
        description=draft.place,
        image=draft.image,
        stock=draft.capacity,
        cost_unit=draft.price_unit if is_points else "",
        cost_amount=draft.price_amount if is_points else None,
    )


def _columns(draft: GatheringDraft) -> dict[str, Any]:
    columns = {term.name: getattr(draft, term.name) for term in fields(GatheringDraft)}
    columns["store_id"] = columns.pop("store")
    for name in ("plans", "tiers", "tags"):
        columns[name] = list(columns[name])
    return columns


def _stores(tenant: UUID) -> frozenset[UUID]:
    return frozenset(store.id for store in tenancy.stores(tenant=tenant, active_only=False))


def _audit(row: Gathering, actor: Actor, action: str, *, reason: str = "") -> None:
    after = {"name": row.name, "status": row.status, "starts_at": row.starts_at.isoformat(), "capacity": row.capacity}
    record_audit(
        tenant=row.tenant_id,
        actor=actor,
        action=action,
        object_kind="event",
        object_id=row.id,
        reason=reason,
        after=after,
    )
