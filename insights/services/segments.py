"""Segments are made, changed and deleted."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from insights.errors import SegmentKeyTaken, SegmentNotFound, TooManySegments
from insights.infos import SegmentInfo
from insights.models import Segment
from insights.segments.rows import segment_info
from insights.segments.spec import SegmentSpec
from programs.selectors import find_ladder, plans
from smartbis.customers.services import drop_memberships
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.kernel.units import POINTS, TIER_POINTS
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from smartbis.tenancy.services import record_audit

MOST_SEGMENTS = 200
MAX_NAME = 80
MAX_KEY = 60
_KEY = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


def create_segment(
    *,
    tenant: UUID,
    name: str,
    kind: Literal["manual", "filter"],
    spec: Mapping[str, Any] | None = None,
    key: str | None = None,
    actor: Actor,
) -> SegmentInfo:
    """Make a list, or a filter that a worker looks up soon and every hour. Without a key it is made of the name.

    Raises InvalidInput, SegmentKeyTaken, TooManySegments.
    """
    wanted = _checked_name(name)
    named = _checked_key(key) if key else key_of(wanted)
    read = _checked_spec(tenant, kind, spec)
    instant = now()
    with tenant_scope(tenant):
        if Segment.objects.filter(tenant_id=tenant).count() >= MOST_SEGMENTS:
            raise TooManySegments
        row = Segment(
            tenant_id=tenant,
            key=named,
            name=wanted,
            kind=kind,
            spec=read.write(),
            asked_at=instant,
            refreshed_at=instant if kind == "manual" else None,
            created_at=instant,
            changed_at=instant,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise SegmentKeyTaken from error
        _audit(tenant, actor, "segment.create", row)
        if kind == "filter":
            request_work(queue="bulk")
        return segment_info(row)


def change_segment(
    *, tenant: UUID, key: str, name: str | None = None, spec: Mapping[str, Any] | None = None, actor: Actor
) -> SegmentInfo:
    """Rename a segment or change its filter, which is looked up again soon. Raises SegmentNotFound, InvalidInput."""
    with tenant_scope(tenant):
        row = lock_segment(tenant=tenant, key=key)
        if name is not None:
            row.name = _checked_name(name)
        if spec is not None:
            row.spec = _checked_spec(tenant, row.kind, spec, SegmentSpec.kept(row.spec)).write()
            row.asked_at = now()
            request_work(queue="bulk")
        row.changed_at = now()
        row.save(update_fields=["name", "spec", "asked_at", "changed_at"])
        _audit(tenant, actor, "segment.change", row)
        return segment_info(row)


def ask_for_refresh(*, tenant: UUID, key: str) -> SegmentInfo:
    """Have a filter looked up soon. Raises SegmentNotFound."""
    with tenant_scope(tenant):
        row = lock_segment(tenant=tenant, key=key)
        if row.kind == Segment.Kind.FILTER:
            row.asked_at = now()
            row.save(update_fields=["asked_at"])
            request_work(queue="bulk")
        return segment_info(row)


def delete_segment(*, tenant: UUID, key: str, actor: Actor) -> None:
    """Delete a segment with its memberships; coupons and rules that name it fit nobody by it.

    Raises SegmentNotFound.
    """
    with tenant_scope(tenant):
        row = lock_segment(tenant=tenant, key=key)
        row.delete()
        _audit(tenant, actor, "segment.delete", row)
        drop_memberships(tenant=tenant, kind="segment", key=key)


def lock_segment(*, tenant: UUID, key: str) -> Segment:
    """The segment's row, locked until commit. Raises SegmentNotFound."""
    row = Segment.objects.select_for_update(no_key=True).filter(tenant_id=tenant, key=key).first()
    if row is None:
        raise SegmentNotFound
    return row


def key_of(name: str) -> str:
    """A key made of a name: `Sumidos (60 dias)` → `sumidos-60-dias`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    return "-".join(words)[:MAX_KEY].strip("-") or "segmento"


def _checked_name(name: str) -> str:
    text = " ".join(name.split())
    if not 0 < len(text) <= MAX_NAME or not text.isprintable():
        raise InvalidInput({"name": [f"One to {MAX_NAME} characters are needed."]})
    return text


def _checked_key(key: str) -> str:
    if not _KEY.match(key) or len(key) > MAX_KEY:
        raise InvalidInput({"key": ["Small letters without accents, digits and hyphens, at most 60."]})
    return key


def _checked_spec(
    tenant: UUID, kind: str, spec: Mapping[str, Any] | None, before: SegmentSpec | None = None
) -> SegmentSpec:
    """The filter, fit for this brand; what it names `before` it may go on naming. Raises InvalidInput by field."""
    if kind not in Segment.Kind.values:
        raise InvalidInput({"kind": ["Choose manual or filter."]})
    if kind == Segment.Kind.MANUAL:
        if spec:
            raise InvalidInput({"spec": ["A list has no filter."]})
        return SegmentSpec()
    read = SegmentSpec.read(spec or {})
    if errors := dict(_unknown(tenant, read, before or SegmentSpec())):
        raise InvalidInput(errors)
    return read


def _unknown(tenant: UUID, spec: SegmentSpec, before: SegmentSpec) -> Iterator[tuple[str, list[str]]]:
    """What a filter names and the brand does not have: a key typed wrong would find nobody, for ever."""
    if spec.balance_unit not in {None, before.balance_unit, get_tenant(tenant=tenant).currency, POINTS, TIER_POINTS}:
        yield "balance_unit", ["No balance is counted in this."]
    asked = (
        ("stores", spec.stores, before.stores),
        ("plans", spec.plans, before.plans),
        ("tiers", spec.tiers, before.tiers),
    )
    for field, keys, kept in asked:
        added = set(keys) - set(kept)
        if added and (missing := sorted(added - _keys_there(tenant, field))):
            yield field, [f"There is no {field.removesuffix('s')} {', '.join(missing)}."]


def _keys_there(tenant: UUID, field: str) -> set[str]:
    if field == "stores":
        return {str(each.id) for each in stores(tenant=tenant, active_only=False)}
    if field == "plans":
        return {each.key for each in plans(tenant=tenant)}
    ladder = find_ladder(tenant=tenant)
    return {each.key for each in ladder.ladder.tiers} if ladder else set()


def _audit(tenant: UUID, actor: Actor, action: str, row: Segment) -> None:
    record_audit(
        tenant=tenant, actor=actor, action=action, object_kind="segment", object_id=row.id, after={"key": row.key}
    )
