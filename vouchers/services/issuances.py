"""Asking for vouchers for many at once, and holding or going on with it."""

from collections.abc import Collection, Sequence
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from smartbis.customers.selectors import all_customers, customers_belonging, customers_named
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from vouchers.errors import IssuanceEnded, IssuanceNotFound
from vouchers.infos import IssuanceInfo
from vouchers.models import Coupon, Issuance
from vouchers.models.coupon import Kind
from vouchers.reading import get_coupon_row
from vouchers.selectors.issuances import issuance_info
from vouchers.services.amounts import check_key

MOST = 200_000
AudienceName = Literal["segment", "list", "everybody", "codes"]

_TARGETS = """
INSERT INTO vouchers_issuancetarget (id, tenant_id, issuance_id, customer_id, refusal)
SELECT id, %(tenant)s, %(issuance)s, customer, ''
FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[]) AS who(id, customer)
"""


def start_issuance(
    *,
    tenant: UUID,
    coupon: UUID,
    audience: AudienceName,
    reason: str,
    key: str,
    actor: Actor,
    segment: str = "",
    lines: Sequence[str] = (),
    customers: Sequence[UUID] = (),
    count: int = 0,
) -> IssuanceInfo:
    """Order one voucher of a coupon, as a gift, for each of many customers; the queue `bulk` issues them.

    Who is in the `segment`, on the list (`lines`, each a phone, CPF, e-mail address or id of the shop, or `customers`
    by their ids; nobody is enrolled) or a customer at all is written down now; `codes` wants `count` bearer's vouchers
    without a customer. The same key again gives the first order.
    Raises CouponNotFound, InvalidInput (nobody, too many, no reason, personal codes), KeyReused, PermissionMissing.
    """
    require(actor, "coupon.change")
    check_key(key)
    if not 1 <= len(reason.strip()) <= 300:
        raise InvalidInput({"reason": [_("Diga o motivo, em até 300 caracteres.")]})
    with tenant_scope(tenant):
        row = _coupon(coupon, audience)
        if (first := _first_answer(key, row, audience, segment)) is not None:
            return first
        is_named = audience == "list" and customers
        people = frozenset(customers) if is_named else _customers(tenant, audience, segment, lines)
        total = count if audience == "codes" else len(people)
        if not 1 <= total <= MOST:
            raise InvalidInput({audience: [_nobody(audience) if total < 1 else _too_many()]})
        made = Issuance.objects.create(
            tenant_id=tenant,
            coupon=row,
            audience=audience,
            segment=segment if audience == "segment" else "",
            reason=reason.strip(),
            total=total,
            key=key,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label=actor.label[:80],
            created_at=now(),
        )
        _write_targets(tenant, made.id, people)
        _audit(made, actor, "issuance.start", {"audience": audience, "total": total})
        request_work(queue="bulk")
        return issuance_info(made)


def pause_issuance(*, tenant: UUID, issuance: UUID, actor: Actor) -> IssuanceInfo:
    """Let an issuance rest; the part that is being issued is finished. A resting one stays so.

    Raises IssuanceNotFound, IssuanceEnded, PermissionMissing.
    """
    return _turn(tenant, issuance, Issuance.Status.PAUSED, "issuance.pause", actor)


def resume_issuance(*, tenant: UUID, issuance: UUID, actor: Actor) -> IssuanceInfo:
    """Let an issuance go on where it rested. A running one stays so.

    Raises IssuanceNotFound, IssuanceEnded, PermissionMissing.
    """
    return _turn(tenant, issuance, Issuance.Status.RUNNING, "issuance.resume", actor)


def stop_issuance(*, tenant: UUID, issuance: UUID, actor: Actor) -> IssuanceInfo:
    """End an issuance for good; what was issued stays good. A stopped one stays so.

    Raises IssuanceNotFound, IssuanceEnded when it is done, PermissionMissing.
    """
    return _turn(tenant, issuance, Issuance.Status.STOPPED, "issuance.stop", actor)


def _turn(tenant: UUID, issuance: UUID, status: str, action: str, actor: Actor) -> IssuanceInfo:
    require(actor, "coupon.change")
    with tenant_scope(tenant):
        rows = Issuance.objects.select_for_update(of=("self",), no_key=True).select_related("coupon")
        row = rows.filter(id=issuance).first()
        if row is None:
            raise IssuanceNotFound
        if row.status == status:
            return issuance_info(row)
        if row.status in (Issuance.Status.DONE, Issuance.Status.STOPPED):
            raise IssuanceEnded(status=row.status)
        row.status, row.stopped_by = status, ""
        row.finished_at = now() if status == Issuance.Status.STOPPED else None
        row.save(update_fields=["status", "stopped_by", "finished_at"])
        _audit(row, actor, action, {"issued": row.issued})
        if status == Issuance.Status.RUNNING:
            request_work(queue="bulk")
        return issuance_info(row)


def _coupon(coupon: UUID, audience: str) -> Coupon:
    row = get_coupon_row(coupon)
    if row.kind == Kind.ENTRY or row.is_balance:
        raise InvalidInput({"coupon": [_("Deste cupom não se emite assim.")]})
    if audience not in Issuance.Audience.values:
        raise InvalidInput({"audience": [_("Escolha entre: %(choices)s.") % {"choices": "segment, list, codes"}]})
    if audience == Issuance.Audience.CODES and row.holder == Coupon.Holder.PERSONAL:
        raise InvalidInput({"codes": [_("Códigos sem cliente só de cupons que valem para quem trouxer o código.")]})
    return row


def _first_answer(key: str, coupon: Coupon, audience: str, segment: str) -> IssuanceInfo | None:
    row = Issuance.objects.select_related("coupon").filter(key=key).first()
    if row is None:
        return None
    if (row.coupon_id, row.audience) != (coupon.id, audience) or (row.segment and row.segment != segment):
        raise KeyReused
    return issuance_info(row)


def _customers(tenant: UUID, audience: str, segment: str, lines: Sequence[str]) -> Collection[UUID]:
    if audience == Issuance.Audience.SEGMENT:
        return customers_belonging(tenant=tenant, kind="segment", keys=[segment])
    if audience == Issuance.Audience.EVERYBODY:
        return all_customers(tenant=tenant)
    if audience == Issuance.Audience.LIST:
        wanted = list(dict.fromkeys(filter(None, (line.strip() for line in lines))))
        if len(wanted) > MOST:
            raise InvalidInput({"list": [_too_many()]})
        return {customer for customer in customers_named(tenant=tenant, lines=wanted) if customer is not None}
    return ()


def _write_targets(tenant: UUID, issuance: UUID, customers: Collection[UUID]) -> None:
    if not customers:
        return
    facts: dict[str, Any] = {"tenant": tenant, "issuance": issuance, "ids": [new_id() for _each in customers]}
    with connection.cursor() as cursor:
        cursor.execute(_TARGETS, facts | {"customers": sorted(customers)})


def _nobody(audience: str) -> str:
    return {
        "segment": _("Ninguém está neste segmento agora."),
        "list": _("Nenhuma linha nomeia um cliente seu."),
        "everybody": _("Ainda não há clientes."),
        "codes": _("Diga quantos códigos."),
    }[audience]


def _too_many() -> str:
    return _("No máximo %(most)s de cada vez.") % {"most": MOST}


def _audit(row: Issuance, actor: Actor, action: str, after: dict[str, str | int]) -> None:
    record_audit(
        tenant=row.tenant_id,
        actor=actor,
        action=action,
        object_kind="issuance",
        object_id=row.id,
        reason=row.reason,
        after=after,
    )
