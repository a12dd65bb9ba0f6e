"""Knowing whether a voucher can be used, without using it."""

from uuid import UUID

from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store
from vouchers.conditions import discount_of, is_judged_by_amount
from vouchers.infos import Validation
from vouchers.judging import Asked, reasons_against
from vouchers.reading import get_voucher_row, voucher_info
from vouchers.services.amounts import check_amount


def validate_voucher(
    *,
    tenant: UUID,
    code: str,
    store: UUID,
    customer: UUID | None = None,
    amount_minor: int | None = None,
    external_id: str = "",
    actor: Actor | None = None,
) -> Validation:
    """Say whether a voucher could be redeemed here and now, with every reason against it. Changes nothing.

    Without `amount_minor` a minimum is not judged: `needs_amount` says so.
    Raises VoucherNotFound, StoreUnknown, InvalidInput, PermissionMissing.
    """
    if actor is not None:
        require(actor, "voucher.validate", store=store)
    check_amount(amount_minor)
    with tenant_scope(tenant, read_only=True):
        place = get_store(tenant=tenant, store=store, actor=actor)
        row = get_voucher_row(code, actor)
        reasons = reasons_against(
            row,
            Asked(
                tenant=tenant,
                store=place,
                actor=actor,
                customer=customer,
                amount_minor=amount_minor,
                external_id=external_id,
                is_final=False,
            ),
        )
        return Validation(
            valid=not reasons,
            reasons=reasons,
            discount_minor=discount_of(row, amount_minor),
            voucher=voucher_info(row),
            needs_amount=amount_minor is None and is_judged_by_amount(row),
        )
