"""What the ledger tells: balances, statements, sums, and whether it adds up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.kernel.units import is_spendable
from smartbis.ledger.accounts import Account
from smartbis.ledger.closes import last_close
from smartbis.ledger.differences import Difference, found_differences
from smartbis.ledger.models import HolderBalance, Transfer
from smartbis.ledger.patience import be_patient, told_if_too_large
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.statements import execute_rows, prepared_cursor


@dataclass(frozen=True)
class BalanceInfo:
    """A customer's balances in one unit, in minor units or points; `owed` is what the customer owes."""

    unit: str
    available: int
    pending: int
    owed: int
    held: int


@dataclass(frozen=True)
class StatementRow:
    """One line of a statement. `amount` is the signed change of what is available.

    `merged_from` is the customer whose line it was before they were merged; its balances after are that customer's.
    """

    id: UUID
    at: datetime
    occurred_at: datetime
    kind: str
    unit: str
    amount: int
    pending_change: int
    owed_change: int
    moved: int
    balance_after: int
    pending_after: int
    explanation: dict[str, Any]
    purchase_id: UUID | None
    award_id: UUID | None
    voucher_id: UUID | None
    store_id: UUID | None
    merged_from: UUID | None = None


def balances(*, tenant: UUID, customer: UUID) -> list[BalanceInfo]:
    """The customer's balances, one per unit that ever moved, by unit; tier points too (`spendable_balances`)."""
    with tenant_scope(tenant, read_only=True):
        return read(balances_reading(tenant, customer))


def spendable(found: Iterable[BalanceInfo]) -> tuple[BalanceInfo, ...]:
    """Of some balances those that can be spent: all but tier points."""
    return tuple(each for each in found if is_spendable(each.unit))


def spendable_balances(*, tenant: UUID, customer: UUID) -> tuple[BalanceInfo, ...]:
    """What the customer is told to have: the balances that can be spent, by unit."""
    return spendable(balances(tenant=tenant, customer=customer))


# Every page of a customer and every till asks this.
_BALANCES = """
SELECT b.unit, b.available, b.pending, b.owed, b.held
FROM ledger_holder h JOIN ledger_holderbalance b ON b.tenant_id = h.tenant_id AND b.holder_id = h.id
WHERE h.tenant_id = %s AND h.customer_id = %s ORDER BY b.unit
"""


def balances_reading(tenant: UUID, customer: UUID) -> Reading[list[BalanceInfo]]:
    """What `balances` reads, to be read together with other things; remembered where nothing is written."""

    def make(rows: list[tuple[Any, ...]]) -> list[BalanceInfo]:
        return [BalanceInfo(*row) for row in rows]

    return Reading(_BALANCES, (tenant, customer), make, ("balances", customer), only_in_reading=True)


_BALANCES_OF = """
SELECT h.customer_id, b.unit, b.available, b.pending, b.owed, b.held
FROM ledger_holder h JOIN ledger_holderbalance b ON b.tenant_id = h.tenant_id AND b.holder_id = h.id
WHERE h.tenant_id = %(tenant)s AND h.customer_id = ANY(%(customers)s::uuid[])
ORDER BY b.unit
"""


def balances_of(*, tenant: UUID, customers: Sequence[UUID]) -> dict[UUID, list[BalanceInfo]]:
    """The balances of several customers, in one query; a customer without any is absent."""
    found: dict[UUID, list[BalanceInfo]] = {}
    with tenant_scope(tenant, read_only=True):
        if not customers:
            return found
        with prepared_cursor() as cursor:
            execute_rows(cursor, _BALANCES_OF, {"tenant": tenant, "customers": customers})
            for customer, *balance in cursor.fetchall():
                found.setdefault(customer, []).append(BalanceInfo(*balance))
    return found


def statement(
    *, tenant: UUID, customer: UUID, unit: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[StatementRow]:
    """The customer's transfers, the newest first, with those of customers who were merged into them.

    Two queries. Raises InvalidCursor.
    """
    with tenant_scope(tenant, read_only=True):
        family = read(family_reading(tenant, customer))
        if unit is None and cursor is None:
            return _page(read(_newest_reading(tenant, list(family), limit + 1)), family, limit)
        rows = Transfer.objects.filter(holder_id__in=list(family)).order_by("-recorded_at", "-number", "-id")
        if unit is not None:
            rows = rows.filter(unit=unit)
        if cursor is not None:
            instant, number, last = _position(cursor)
            rows = rows.filter(
                Q(recorded_at__lt=instant)
                | Q(recorded_at=instant, number__lt=number)
                | Q(recorded_at=instant, number=number, id__lt=last)
            )
        return _page(list(rows[: limit + 1]), family, limit)


def _page(found: list[Transfer], family: dict[UUID, UUID | None], limit: int) -> Page[StatementRow]:
    more = found[limit - 1] if len(found) > limit else None
    return Page(
        tuple(_row(transfer, family[transfer.holder_id]) for transfer in found[:limit]),
        encode_cursor(more.recorded_at.isoformat(), more.number, more.id) if more else None,
    )


_FAMILY = """
SELECT h.id, h.customer_id FROM ledger_holder h
LEFT JOIN ledger_holder stays ON stays.tenant_id = h.tenant_id AND stays.id = h.merged_into_id
WHERE h.tenant_id = %(tenant)s AND (h.customer_id = %(customer)s OR stays.customer_id = %(customer)s)
"""


def family_reading(tenant: UUID, customer: UUID) -> Reading[dict[UUID, UUID | None]]:
    """The customer's holder and those merged into it, by id; with the customer it was, unless it is this one."""

    def make(rows: list[tuple[Any, ...]]) -> dict[UUID, UUID | None]:
        return {holder: None if whose == customer else whose for holder, whose in rows}

    named = {"tenant": tenant, "customer": customer}
    return Reading(_FAMILY, named, make, ("family", customer), only_in_reading=True)


def _newest_reading(tenant: UUID, holders: list[UUID], limit: int) -> Reading[list[Transfer]]:
    """The newest transfers; of one holder they come out of its index in their order."""
    whose, chosen = ("= %s", holders[0]) if len(holders) == 1 else ("= ANY(%s)", holders)
    tail = f"AND row.holder_id {whose} ORDER BY row.recorded_at DESC, row.number DESC, row.id DESC LIMIT %s"
    return rows_reading(Transfer, tenant, tail, (chosen, limit))


def _position(cursor: str) -> tuple[datetime, int, UUID]:
    instant, number, last = decode_cursor(cursor, 3)
    try:
        at, place, row = datetime.fromisoformat(instant), int(number), UUID(last)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
    if at.tzinfo is None or not 0 <= place < 2**63:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]})
    return at, place, row


def transfers_of_purchase(*, tenant: UUID, purchase: UUID) -> list[StatementRow]:
    """Every transfer that one sale caused, in their order."""
    with tenant_scope(tenant, read_only=True):
        rows = Transfer.objects.filter(purchase_id=purchase).order_by("recorded_at", "unit", "number")
        return [_row(transfer) for transfer in rows]


def borne_of_sales(*, tenant: UUID, purchases: Collection[UUID]) -> dict[tuple[UUID, UUID | None], int]:
    """What of the debts that refunds of these sales noted the brand bore later, by award and refund."""
    with tenant_scope(tenant, read_only=True):
        rows = Transfer.objects.filter(
            purchase_id__in=purchases, debit=Account.WRITTEN_OFF, credit=Account.RECEIVABLE, refund_id__isnull=False
        )
        sums = rows.order_by().values_list("award_id", "refund_id").annotate(Sum("amount"))
        return {(award, refund): int(amount) for award, refund, amount in sums}


def _row(transfer: Transfer, merged_from: UUID | None = None) -> StatementRow:
    def change(account: Account) -> int:
        if transfer.credit == account:
            return transfer.amount
        return -transfer.amount if transfer.debit == account else 0

    return StatementRow(
        id=transfer.id,
        at=transfer.recorded_at,
        occurred_at=transfer.occurred_at,
        kind=transfer.kind,
        unit=transfer.unit,
        amount=change(Account.AVAILABLE),
        pending_change=change(Account.PENDING),
        owed_change=-change(Account.RECEIVABLE),
        moved=transfer.amount,
        balance_after=transfer.available_after,
        pending_after=transfer.pending_after,
        explanation=transfer.explanation,
        purchase_id=transfer.purchase_id,
        award_id=transfer.award_id,
        voucher_id=transfer.voucher_id,
        store_id=transfer.store_id,
        merged_from=merged_from,
    )


@dataclass(frozen=True)
class LedgerCheck:
    """Whether what is kept is what the transfers say; `differences` are what is not."""

    holders: int
    transfers: int
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Nothing differs."""
        return not self.differences

    @property
    def problems(self) -> tuple[str, ...]:
        """The first differences in plain English, at most two hundred."""
        return tuple(str(each) for each in self.differences[:200])


def check_ledger(*, tenant: UUID, patience: timedelta | None = None) -> LedgerCheck:
    """Compare every cached balance with the sum of its transfers, every running balance with the one before,
    and every award with its reversals. What other rooms keep is compared too by `programs.selectors.check_books`.

    Each statement may take as long as `patience`, by default as long as a page waits. Raises LedgerTooLarge.
    """
    with told_if_too_large(), tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        if patience is not None:
            be_patient(cursor, patience)
        named = {"tenant": tenant}
        cursor.execute("SELECT count(*) FROM ledger_holder WHERE tenant_id = %(tenant)s", named)
        holders = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM ledger_transfer WHERE tenant_id = %(tenant)s", named)
        transfers = cursor.fetchone()[0]
        return LedgerCheck(holders, transfers, tuple(found_differences(cursor, tenant)))


@dataclass(frozen=True)
class UnitTotals:
    """Sums of one unit over a period, in minor units or points."""

    unit: str
    issued: int
    reversed: int
    redeemed: int
    returned: int


def totals(*, tenant: UUID, since: datetime, until: datetime) -> list[UnitTotals]:
    """What was issued, taken back, redeemed and returned, recorded from `since` (included) to `until` (excluded)."""
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit,"
            " coalesce(sum(amount) FILTER (WHERE debit IN ('issued', 'adjusted')), 0)::bigint,"
            " coalesce(sum(amount) FILTER (WHERE credit IN ('issued', 'adjusted')), 0)::bigint,"
            " coalesce(sum(amount) FILTER (WHERE credit = 'redeemed'), 0)::bigint,"
            " coalesce(sum(amount) FILTER (WHERE debit = 'redeemed'), 0)::bigint"
            " FROM ledger_transfer WHERE tenant_id = %s AND recorded_at >= %s AND recorded_at < %s"
            " GROUP BY unit ORDER BY unit",
            [tenant, since, until],
        )
        return [UnitTotals(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class LiabilityInfo:
    """What the brand owes its customers in one unit."""

    unit: str
    available: int
    pending: int
    held: int
    owed: int
    in_vouchers: int
    holders: int


# One statement, which sees one moment: else what is turned into a voucher meanwhile would count twice, or not at all.
_LIABILITY = """
WITH vouchers AS (
    SELECT unit, sum(CASE WHEN credit = 'voucher_outstanding' THEN amount ELSE -amount END)::bigint AS amount
    FROM ledger_transfer
    WHERE tenant_id = %(tenant)s AND recorded_at >= coalesce(%(since)s, '-infinity'::timestamptz)
        AND (debit = 'voucher_outstanding' OR credit = 'voucher_outstanding')
    GROUP BY unit
)
SELECT unit, sum(available)::bigint, sum(pending)::bigint, sum(held)::bigint, sum(owed)::bigint,
    (SELECT amount FROM vouchers v WHERE v.unit = b.unit), count(*) FILTER (WHERE available > 0)
FROM ledger_holderbalance b WHERE tenant_id = %(tenant)s GROUP BY unit ORDER BY unit
"""


def liability(*, tenant: UUID) -> list[LiabilityInfo]:
    """What all customers hold at one moment, by unit, with what lies in vouchers not yet used.

    Vouchers are the last closed day's figure and what moved since, so that old transfers are not read again.
    """
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        last = last_close(tenant=tenant)
        closed = {each.unit: each.in_vouchers for each in last.figures} if last else {}
        cursor.execute(_LIABILITY, {"tenant": tenant, "since": last.until if last else None})
        return [
            LiabilityInfo(unit, available, pending, held, owed, closed.get(unit, 0) + (since or 0), holders)
            for unit, available, pending, held, owed, since, holders in cursor.fetchall()
        ]


def customers_holding(*, tenant: UUID, unit: str, at_least: int) -> frozenset[UUID]:
    """The customers with at least so much of a unit available."""
    with tenant_scope(tenant, read_only=True):
        rows = HolderBalance.objects.filter(tenant_id=tenant, unit=unit, available__gte=at_least)
        return frozenset(rows.values_list("holder__customer_id", flat=True))
