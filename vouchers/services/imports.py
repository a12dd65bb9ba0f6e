"""Moving in: vouchers that another system issued and that are still good."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.codes import new_code, new_token
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from smartbis.tenancy.services import record_audit
from vouchers.events import VoucherCancelled
from vouchers.infos import OpenVoucherDraft
from vouchers.models import Coupon, Voucher
from vouchers.reading import legacy_form
from vouchers.services.amounts import MOST_MINOR

MOST_ROWS = 5000


def import_open_vouchers(
    *, tenant: UUID, coupon: UUID | None, drafts: Sequence[OpenVoucherDraft], batch: UUID, actor: Actor
) -> dict[str, UUID]:
    """Take over vouchers of another system, set-based; the answer names each draft's voucher by its key.

    They keep their printed code beside ours, take no stock, budget or limit, and are told to nobody. Without `coupon`
    they hang on the tenant's "imported vouchers" coupon. A draft whose key was imported before gives that voucher; one
    whose printed code is another voucher's is left out of the answer.
    Raises InvalidInput with the keys of drafts that make no sense, PermissionMissing.
    """
    require(actor, "import.run")
    if len(drafts) > MOST_ROWS:
        raise InvalidInput({"drafts": [f"≤ {MOST_ROWS}"]})
    _check(drafts)
    with tenant_scope(tenant):
        row = _coupon_for(tenant, coupon)
        rows = [_draw_up(tenant, row, draft, batch, actor) for draft in drafts]
        Voucher.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        found = dict(Voucher.objects.filter(key__in=[each.key for each in rows]).values_list("key", "id"))
        for end in sorted({draft.valid_until for draft in drafts if draft.valid_until is not None}):
            request_work(queue="bulk", due_at=end)
        return {draft.key: found[each.key] for draft, each in zip(drafts, rows, strict=True) if each.key in found}


def undo_imported_vouchers(*, tenant: UUID, batch: UUID, actor: Actor) -> int:
    """Cancel the unused vouchers of a batch and free their keys and printed codes; returns how many.

    Publishes VoucherCancelled for each.
    """
    require(actor, "import.run")
    with tenant_scope(tenant):
        ids = list(
            Voucher.objects.select_for_update(no_key=True)
            .filter(batch_id=batch, origin=Voucher.Origin.IMPORT, status__in=["issued", "lapsed"], used_at__isnull=True)
            .order_by("id")
            .values_list("id", "customer_id")
        )
        for voucher, _customer in ids:
            Voucher.objects.filter(id=voucher).update(
                status=Voucher.Status.CANCELLED,
                ended_at=now(),
                ended_reason="import undone",
                key=f"undone:{voucher}",
                legacy_code=None,
            )
        publish(
            *(
                VoucherCancelled(voucher_id=voucher, customer_id=customer, returned_unit="", returned_amount=0)
                for voucher, customer in ids
            )
        )
        record_audit(
            tenant=tenant,
            actor=actor,
            action="voucher.import_undo",
            object_kind="import",
            object_id=batch,
            after={"cancelled": len(ids)},
        )
        return len(ids)


def _check(drafts: Sequence[OpenVoucherDraft]) -> None:
    problems: dict[str, list[str]] = {}
    for draft in drafts:
        if not 1 <= draft.value_minor <= MOST_MINOR:
            problems.setdefault(draft.key, []).append(_("Valor fora do limite."))
        if draft.valid_until is not None and draft.valid_until.tzinfo is None:
            problems.setdefault(draft.key, []).append(_("Datas com fuso horário."))
        if not legacy_form(draft.code):
            problems.setdefault(draft.key, []).append(_("Falta o código."))
    if problems:
        raise InvalidInput(problems)


def _coupon_for(tenant: UUID, coupon: UUID | None) -> Coupon:
    """Raises InvalidInput for a coupon that is not there or cannot carry imported vouchers."""
    if coupon is not None:
        row = Coupon.objects.filter(id=coupon, is_balance=False).first()
        if row is None:
            raise InvalidInput({"coupon": [_("Não há esse cupom.")]})
        return row
    row = Coupon.objects.filter(name=_IMPORTED, is_listed=False, kind="amount").order_by("created_at", "id").first()
    if row is None:
        row = Coupon.objects.create(
            tenant_id=tenant,
            name=_IMPORTED,
            kind="amount",
            # Each imported voucher says its own value; this one is only the least that the coupon may say.
            value_minor=1,
            status=Coupon.Status.ENDED,
            is_listed=False,
            holder=Coupon.Holder.BEARER,
            currency=get_tenant(tenant=tenant).currency,
            created_at=now(),
            changed_at=now(),
        )
    return row


_IMPORTED = "Vouchers importados"


def _draw_up(tenant: UUID, coupon: Coupon, draft: OpenVoucherDraft, batch: UUID, actor: Actor) -> Voucher:
    instant = draft.issued_at or now()
    return Voucher(
        tenant_id=tenant,
        coupon=coupon,
        customer_id=draft.customer,
        code=new_code(),
        legacy_code=legacy_form(draft.code),
        qr_token=new_token(),
        origin=Voucher.Origin.IMPORT,
        key=f"import:{draft.key}"[:255],
        batch_id=batch,
        is_personal=coupon.holder == Coupon.Holder.PERSONAL and draft.customer is not None,
        kind="amount",
        currency=coupon.currency,
        value_minor=draft.value_minor,
        min_purchase_minor=coupon.min_purchase_minor,
        on_lapse="return",
        valid_from=instant,
        valid_until=draft.valid_until,
        issued_at=instant,
        issued_by_kind=actor.kind,
        issued_by_id=actor.id,
        issued_by_label=actor.label[:80],
    )
