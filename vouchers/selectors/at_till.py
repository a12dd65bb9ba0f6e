"""A customer's open vouchers as one store sees them."""

from uuid import UUID

from django.db.models import F

from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy import selectors as tenancy
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store, get_tenant
from vouchers.conditions import discount_of, is_judged_by_amount
from vouchers.infos import Validation
from vouchers.judging import Asked, reasons_against
from vouchers.models import Voucher
from vouchers.reading import voucher_info
from vouchers.selectors.vouchers import is_open, open_rows
from vouchers.terms_of_use import terms_of_many


def vouchers_at_till(*, tenant: UUID, customer: UUID, store: UUID, actor: Actor, limit: int = 20) -> list[Validation]:
    """The customer's open vouchers judged for one store, now and without an amount, the soonest to end first.

    A partner sees only those its stores take part in. Raises StoreUnknown.
    """
    with tenant_scope(tenant, read_only=True):
        asked = Asked(
            tenant=tenant,
            store=get_store(tenant=tenant, store=store, actor=actor),
            actor=actor,
            customer=customer,
            amount_minor=None,
            is_final=False,
            brand=get_tenant(tenant=tenant),
        )
        if actor.partner is None:
            return [_judged(row, asked) for row in open_rows(tenant=tenant, customer=customer, limit=limit)]
        rows = Voucher.objects.select_related("coupon").filter(is_open(now()), customer_id=customer)
        found = list(rows.order_by(F("valid_until").asc(nulls_last=True), "id"))
        theirs = {each.id for each in tenancy.stores(tenant=tenant, actor=actor, active_only=False)}
        terms = terms_of_many(found)
        return [_judged(row, asked) for row in found if theirs & set(terms[row.id].stores)][:limit]


def _judged(row: Voucher, asked: Asked) -> Validation:
    reasons = reasons_against(row, asked)
    return Validation(
        valid=not reasons,
        reasons=reasons,
        discount_minor=discount_of(row, None),
        voucher=voucher_info(row),
        needs_amount=is_judged_by_amount(row),
    )
