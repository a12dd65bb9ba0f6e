"""From rows to what doors see."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from programs.checkouts.errors import CheckoutNotFound
from programs.checkouts.infos import CheckoutInfo, ExpectedAward, Line, UseInfo
from programs.models import Checkout
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.purchases.infos import ItemDraft
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store


def get_checkout(*, tenant: UUID, checkout: UUID, actor: Actor | None = None) -> CheckoutInfo:
    """A checkout as it stands. Raises CheckoutNotFound, also for one out of the actor's stores."""
    with tenant_scope(tenant, read_only=True):
        return checkout_info(within_reach(tenant, Checkout.objects.filter(id=checkout).first(), actor))


def within_reach(tenant: UUID, row: Checkout | None, actor: Actor | None) -> Checkout:
    """The row, if there is one that the actor may know of. Raises CheckoutNotFound."""
    if row is None:
        raise CheckoutNotFound
    try:
        get_store(tenant=tenant, store=row.store_id, actor=actor)
    except StoreUnknown as error:
        raise CheckoutNotFound from error
    return row


def checkout_info(row: Checkout, *, repeated: bool = False) -> CheckoutInfo:
    """A checkout's row as doors see it."""
    is_over = row.state == Checkout.State.OPEN and row.expires_at <= now()
    return CheckoutInfo(
        id=row.id,
        state=Checkout.State.EXPIRED.value if is_over else str(row.state),
        customer_id=row.customer_id,
        store_id=row.store_id,
        external_id=row.external_id,
        currency=row.currency,
        amount_minor=row.amount_minor,
        items=items_of(row),
        channel=row.channel,
        discount_minor=row.discount_minor,
        balance_minor=row.balance_minor,
        uses=uses_of(row),
        lines=tuple(Line(line["code"], line["facts"]) for line in row.lines),
        earns=tuple(_award(each) for each in row.earns),
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        purchase_id=row.purchase_id,
        repeated=repeated,
    )


def items_of(row: Checkout) -> tuple[ItemDraft, ...]:
    """The basket's lines as they were quoted."""
    return tuple(ItemDraft(**item) for item in row.items)


def uses_of(row: Checkout) -> tuple[UseInfo, ...]:
    """The vouchers that the quote uses, in their order."""
    return tuple(UseInfo(**each | {"voucher_id": UUID(each["voucher_id"])}) for each in row.uses)


def _award(kept: dict[str, Any]) -> ExpectedAward:
    at = kept["available_at"]
    return ExpectedAward(**kept | {"available_at": datetime.fromisoformat(at) if at else None})


def as_json(info: UseInfo | ExpectedAward | ItemDraft) -> dict[str, Any]:
    """A part of a quote as it is kept."""
    kept = asdict(info)
    for name, value in kept.items():
        if isinstance(value, UUID):
            kept[name] = str(value)
        elif isinstance(value, datetime):
            kept[name] = value.isoformat()
    return kept
