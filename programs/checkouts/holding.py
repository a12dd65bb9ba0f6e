"""What a checkout holds: taken aside when it is quoted, let go when it is not wanted any more."""

from datetime import datetime
from uuid import UUID

from programs.models import Checkout
from programs.services.bearing import bear_what_is_spent
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.repaying import repay_owed
from smartbis.ledger.services import LockedHolder, Move, lock_holder, post
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from vouchers.services import hold_voucher, release_hold

EXPIRED_A_TURN = 100


def take_aside(row: Checkout, holder: LockedHolder | None, actor: Actor) -> None:
    """Hold the quote's balance and vouchers until it expires. Raises InsufficientBalance, a VoucherRefused."""
    if row.balance_minor and holder is not None:
        post(tenant=row.tenant_id, holder=holder, moves=[_move(row, Account.AVAILABLE, Account.HELD, "hold")])
    for use in sorted(row.uses, key=lambda each: str(each["voucher_id"])):
        hold_voucher(
            tenant=row.tenant_id,
            code=use["code"],
            store=row.store_id,
            hold=row.id,
            until=row.expires_at,
            actor=actor,
            customer=row.customer_id,
            amount_minor=row.amount_minor,
        )
    request_work(queue="relay", due_at=row.expires_at)


def let_go(row: Checkout, state: Checkout.State) -> None:
    """Close an open checkout, whose row this transaction holds, and return all it held; what is owed is paid first."""
    if row.balance_minor and row.customer_id is not None:
        holder = lock_holder(
            tenant=row.tenant_id, customer=hold_customer(tenant=row.tenant_id, customer=row.customer_id)
        )
        post(tenant=row.tenant_id, holder=holder, moves=[_move(row, Account.HELD, Account.AVAILABLE, "hold_return")])
        repay_owed(
            tenant=row.tenant_id, holder=holder, unit=row.currency, at_most=row.balance_minor, store=row.store_id
        )
    if row.uses:
        release_hold(tenant=row.tenant_id, hold=row.id)
    close(row, state)


def close(row: Checkout, state: Checkout.State, *, purchase: UUID | None = None) -> None:
    """Write what became of a checkout, whose row this transaction holds."""
    row.state, row.closed_at, row.purchase_id = state, now(), purchase
    row.save(update_fields=["state", "closed_at", "purchase_id", "external_id"])


def spend(row: Checkout, holder: LockedHolder, purchase: UUID, occurred_at: datetime) -> None:
    """Use the held balance for the sale. What a refund wanted of it meanwhile is borne now, if the brand bears it."""
    move = _move(row, Account.HELD, Account.REDEEMED, "spend", purchase=purchase, occurred_at=occurred_at)
    post(tenant=row.tenant_id, holder=holder, moves=[move])
    bear_what_is_spent(row.tenant_id, holder, row.currency, row.balance_minor, since=row.opened_at, store=row.store_id)


def _move(
    row: Checkout,
    debit: Account,
    credit: Account,
    kind: str,
    *,
    purchase: UUID | None = None,
    occurred_at: datetime | None = None,
) -> Move:
    return Move(
        unit=row.currency,
        debit=debit,
        credit=credit,
        amount=row.balance_minor,
        kind=kind,
        explanation={"key": kind, "checkout": str(row.id)},
        purchase_id=purchase,
        store_id=row.store_id,
        occurred_at=occurred_at,
    )


def expired_checkouts(*, tenant: UUID, limit: int = EXPIRED_A_TURN) -> list[UUID]:
    """Open checkouts whose time is over, the longest over first."""
    with tenant_scope(tenant, read_only=True):
        rows = Checkout.objects.filter(state=Checkout.State.OPEN, expires_at__lte=now())
        return list(rows.order_by("expires_at", "id").values_list("id", flat=True)[:limit])


def expire_checkout(*, tenant: UUID, checkout: UUID) -> bool:
    """Release what an expired checkout held; False when it is closed by now, or somebody works on it."""
    with tenant_scope(tenant):
        row = lock_checkout(tenant, checkout, waits=False)
        if row is None or row.state != Checkout.State.OPEN or row.expires_at > now():
            return False
        let_go(row, Checkout.State.EXPIRED)
        return True


def lock_checkout(tenant: UUID, checkout: UUID, *, waits: bool = True) -> Checkout | None:
    """The checkout's row until the transaction ends; None without one, or, unless it `waits`, while somebody has it.

    Its customer is held first: whoever merges them has them before they re-point their checkouts.
    """
    seen = Checkout.objects.filter(id=checkout).values_list("customer_id", flat=True).first()
    if seen is not None:
        hold_customer(tenant=tenant, customer=seen)
    return Checkout.objects.select_for_update(no_key=True, skip_locked=not waits).filter(id=checkout).first()


def release_over(tenant: UUID, customer: UUID) -> None:
    """Release what this customer's expired checkouts still hold, so that a new quote finds it."""
    rows = Checkout.objects.select_for_update(no_key=True, skip_locked=True)
    over = rows.filter(customer_id=customer, state=Checkout.State.OPEN, expires_at__lte=now())
    for row in over.order_by("id"):
        let_go(row, Checkout.State.EXPIRED)
