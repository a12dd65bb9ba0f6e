"""The only code that moves a balance."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from smartbis.kernel.arrays import array_of, column
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError
from smartbis.kernel.ids import in_order, new_id
from smartbis.kernel.jsons import written as json_of
from smartbis.ledger.accounts import Account, Balance
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.sql import ENSURE_BALANCES, ENSURE_HOLDERS, LOCK_BALANCES, LOCK_HOLDERS, POST, SURVIVORS
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.statements import execute_rows, prepared_cursor

TAKING_BACK = frozenset({"reversal", "undo", "merged_in"})


@dataclass(frozen=True, kw_only=True)
class Move:
    """A wish to move `amount` (above zero) of `unit` from `debit` to `credit`.

    `explanation` is JSON: a `key` that doors put into words, and the facts those words need.
    """

    unit: str
    debit: Account
    credit: Account
    amount: int
    kind: str
    explanation: dict[str, Any] = field(default_factory=dict)
    purchase_id: UUID | None = None
    refund_id: UUID | None = None
    award_id: UUID | None = None
    voucher_id: UUID | None = None
    import_batch: UUID | None = None
    store_id: UUID | None = None
    reverses: UUID | None = None
    occurred_at: datetime | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True)
class TransferInfo:
    """A transfer that was written, with the holder's balances after it."""

    id: UUID
    move: Move
    after: Balance


@dataclass
class LockedHolder:
    """A holder whose balances nobody else can move until this transaction ends."""

    id: UUID
    customer_id: UUID
    balances: dict[str, Balance]
    below_zero: set[str] = field(default_factory=set)

    def balance(self, unit: str) -> Balance:
        """The balances in `unit`; all zero when there was never a transfer."""
        return self.balances.get(unit, Balance())

    def allow_below_zero(self, unit: str) -> None:
        """Let what takes back (`TAKING_BACK`) lead what is available in `unit` below zero, as the brand wants it."""
        self.below_zero.add(unit)


def lock_holder(*, tenant: UUID, customer: UUID) -> LockedHolder:
    """Lock the customer's accounts until the transaction ends, creating the holder the first time.

    First in the order of locks. The balances are read under the lock.
    """
    return lock_holders(tenant=tenant, customers=[customer])[customer]


def lock_holders(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, LockedHolder]:
    """`lock_holder` for several customers, always locked in the same order; the answer is by the ids asked for.

    Who was merged is answered with the holder who stays, the same object for both if both are asked for.
    """
    with tenant_scope(tenant):
        return locked_holders(tenant=tenant, customers=customers, rows=read(locking(tenant, customers)))


def locking(tenant: UUID, customers: Collection[UUID]) -> Reading[list[Any]]:
    """The statement that locks and reads these customers' balances, to be said together with others.

    Its answer goes to `locked_holders`.
    """
    return Reading(LOCK_BALANCES, {"tenant": tenant, "customers": array_of("uuid", in_order(customers))}, list)


def locked_holders(*, tenant: UUID, customers: Collection[UUID], rows: list[Any]) -> dict[UUID, LockedHolder]:
    """The holders that `locking` found, and those of customers who had none, locked like them."""
    with tenant_scope(tenant), prepared_cursor() as cursor:
        merged: set[UUID] = set()
        locked = _locked(rows, merged)
        missing = in_order(customer for customer in customers if customer not in locked)
        if missing:
            locked |= _lock_first_time(cursor, tenant, missing, merged)
        return _followed(cursor, tenant, locked, merged) if merged else locked


def _lock_first_time(cursor: Any, tenant: UUID, customers: list[UUID], merged: set[UUID]) -> dict[UUID, LockedHolder]:
    """Lock holders that had no balance yet by their own row; balances written meanwhile are read after it."""
    named = {"tenant": tenant, "customers": customers, "ids": [new_id() for _ in customers]}
    cursor.execute(ENSURE_HOLDERS, named)
    cursor.execute(LOCK_HOLDERS, named)
    bare = {}
    for customer, holder, into in cursor.fetchall():
        bare[customer] = LockedHolder(holder, customer, {})
        if into is not None:
            merged.add(customer)
    cursor.execute(LOCK_BALANCES, named)
    return bare | _locked(cursor.fetchall(), merged)


def _locked(rows: Iterable[tuple[Any, ...]], merged: set[UUID]) -> dict[UUID, LockedHolder]:
    """The holders of locked balances; adds to `merged` the customers whose balances have gone to somebody else."""
    holders: dict[UUID, LockedHolder] = {}
    for customer, holder, into, unit, *balance in rows:
        holders.setdefault(customer, LockedHolder(holder, customer, {})).balances[unit] = Balance(*balance)
        if into is not None:
            merged.add(customer)
    return holders


def _followed(
    cursor: Any, tenant: UUID, locked: dict[UUID, LockedHolder], merged: set[UUID]
) -> dict[UUID, LockedHolder]:
    """The same, with the holders who stay in place of those who were merged."""
    cursor.execute(SURVIVORS, {"tenant": tenant, "customers": sorted(merged)})
    into = dict(cursor.fetchall())
    known = {customer: holder for customer, holder in locked.items() if customer not in merged}
    absent = set(into.values()) - known.keys()
    survivors = known | (lock_holders(tenant=tenant, customers=absent) if absent else {})
    return known | {customer: survivors[into[customer]] for customer in merged}


def post(*, tenant: UUID, holder: LockedHolder, moves: Sequence[Move]) -> list[TransferInfo]:
    """Write one holder's moves, in order, and the balances they lead to. See `post_all`."""
    return post_all(tenant=tenant, moves=[(holder, move) for move in moves])


def post_all(*, tenant: UUID, moves: Sequence[tuple[LockedHolder, Move]]) -> list[TransferInfo]:
    """Write moves of locked holders, in order, and the balances they lead to, in one statement.

    Updates each holder's `balances`. Raises InsufficientBalance (nothing is written) when a move would leave
    `available`, `pending` or `held` below zero, or owe less than nothing; ValueError for an amount not above zero.
    What is available may be below zero where a refund was allowed to lead there; nothing can be spent of it then.
    """
    if not moves:
        return []
    with tenant_scope(tenant), prepared_cursor() as cursor:
        _ensure_balances(cursor, tenant, moves)
        before = {id(holder): (holder, dict(holder.balances)) for holder, _ in moves}
        try:
            written = [(holder, _apply(holder, move)) for holder, move in moves]
        except DomainError:
            for holder, balances in before.values():
                holder.balances = balances
            raise
        execute_rows(cursor, POST, _parameters(tenant, written))
        return [transfer for _, transfer in written]


def _ensure_balances(cursor: Any, tenant: UUID, moves: Sequence[tuple[LockedHolder, Move]]) -> None:
    """Make the rows of units that a holder never had, and lock them like the others."""
    missing = {(holder.id, move.unit): holder for holder, move in moves if move.unit not in holder.balances}
    if not missing:
        return
    pairs = sorted(missing)
    cursor.execute(
        ENSURE_BALANCES,
        {
            "tenant": tenant,
            "ids": [new_id() for _ in pairs],
            "holders": [holder for holder, _ in pairs],
            "units": [unit for _, unit in pairs],
        },
    )
    holders = {holder.customer_id: holder for holder in missing.values()}
    cursor.execute(LOCK_BALANCES, {"tenant": tenant, "customers": sorted(holders)})
    for customer, locked in _locked(cursor.fetchall(), set()).items():
        holders[customer].balances = locked.balances


def _apply(holder: LockedHolder, move: Move) -> TransferInfo:
    if move.amount <= 0:
        raise ValueError("a transfer moves more than nothing")
    before = holder.balances[move.unit]
    after = before.after(move.debit, move.credit, move.amount)
    if any(part not in _may_lack(holder, move) for part in after.negative_parts):
        raise InsufficientBalance(unit=move.unit, available=before.available, wanted=move.amount)
    holder.balances[move.unit] = after
    return TransferInfo(new_id(), move, after)


def _may_lack(holder: LockedHolder, move: Move) -> tuple[str, ...]:
    """The parts that may be below zero after the move: it spends nothing, or it takes back and may.

    A repayment passes on what has just come in: what was lacking before lacks after it too.
    """
    if move.debit is not Account.AVAILABLE or move.kind == "repayment":
        return ("available",)
    return ("available",) if move.kind in TAKING_BACK and move.unit in holder.below_zero else ()


def _parameters(tenant: UUID, written: Sequence[tuple[LockedHolder, TransferInfo]]) -> dict[str, Any]:
    instant = now()
    last = {(holder.id, each.move.unit): each.after for holder, each in written}
    below_zero = {(holder.id, unit) for holder, _ in written for unit in holder.below_zero}
    transfers = [each for _, each in written]
    moves, after = column("move", transfers), column("after", transfers)
    parameters: dict[str, Any] = {
        "tenant": tenant,
        "now": instant,
        "b_holders": [holder for holder, _ in last],
        "b_units": [unit for _, unit in last],
        "b_below_zero": [each in below_zero for each in last],
        "ids": column("id", transfers),
        "holders": [holder.id for holder, _ in written],
        "t_units": column("unit", moves),
        "numbers": column("number", after),
        "debits": [move.debit.value for move in moves],
        "credits": [move.credit.value for move in moves],
        "amounts": column("amount", moves),
        "kinds": column("kind", moves),
        "explanations": _told(column("explanation", moves)),
        "occurred": [move.occurred_at or instant for move in moves],
        "effective": [move.effective_at or instant for move in moves],
    }
    for part in ("available", "pending", "owed", "held"):
        parameters[f"{part}s"] = column(part, after)
    for part in ("available", "pending", "owed", "held", "number"):
        parameters[f"b_{part}"] = column(part, last.values())
    for name in ("purchase_id", "refund_id", "award_id", "voucher_id", "import_batch", "store_id", "reverses"):
        parameters[name] = column(name, moves)
    return parameters


def _told(explanations: Sequence[dict[str, Any]]) -> list[str]:
    """Explanations as JSON; most of a batch share one, which is written once."""
    said: dict[int, str] = {}
    return [said.get(id(each)) or said.setdefault(id(each), json_of(each)) for each in explanations]
