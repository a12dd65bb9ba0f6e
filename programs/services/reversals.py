"""What sales and participations gave is taken back: by refunds, cancellation, withdrawal, by undoing an import.

One way for one and for many.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal, Protocol
from uuid import UUID

from django.db import connection
from django.db.models import Q

from programs.infos import Reversed
from programs.models import Award
from programs.rules import still_to_reverse
from programs.rules.refunds import ReturnedArticle, share_of_sale
from programs.services.counting import counted_on
from programs.services.giving import take_gifts_back
from programs.services.spent import give_balance_back
from programs.services.usage import Key, Take, recount
from programs.sql import ADD_REVERSED, INSERT_REVERSALS
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all
from smartbis.purchases.infos import PurchaseInfo, RefundInfo
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

Kind = Literal["reversal", "undo"]


class Reason(Protocol):
    """Why awards are taken back."""

    def due(self, award: Award) -> int:
        """How much of the award is to be taken back now."""

    def told(self, award: Award, kind: Kind) -> dict[str, Any]:
        """What explains it to the customer, with the `key` of its words."""

    def named(self) -> dict[str, Any]:
        """What its transfers name: sale, refund, store, import, and when it happened."""


@dataclass(frozen=True)
class TakeBack:
    """A sale whose awards are reversed, by a refund or (without one) altogether.

    `import_batch` is the import whose doing the refund is; a sale's own import counts where none is named.
    """

    purchase: PurchaseInfo
    refund: RefundInfo | None = None
    import_batch: UUID | None = None

    def due(self, award: Award) -> int:
        """How much of the award is to be taken back now."""
        return still_to_reverse(
            granted=award.granted,
            reversed_before=award.reversed,
            share=self._share(award),
            rounding=award.rounding,  # type: ignore[arg-type]
        )

    def told(self, award: Award, kind: Kind) -> dict[str, Any]:
        """The award as it was, and the refund."""
        return {
            "key": "import_undone" if kind == "undo" else "taken_back" if self.refund else "taken_back_whole",
            "granted": award.granted,
            "refund_minor": self.refund.amount_minor if self.refund else None,
        }

    def named(self) -> dict[str, Any]:
        """The sale and its refund."""
        return {
            "purchase_id": self.purchase.id,
            "refund_id": self.refund.id if self.refund else None,
            "store_id": self.purchase.store_id,
            "import_batch": self.import_batch or self.purchase.import_batch,
            "occurred_at": self.refund.occurred_at if self.refund else None,
        }

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the sale is left."""
        return self.refund is None or self.refund.refunded_after_minor >= self.purchase.amount_minor

    def _share(self, award: Award) -> Fraction:
        """How much of the award's base went back: of the whole sale, or of the lines that earned it."""
        if self.refund is None:
            return Fraction(1)
        return share_of_sale(
            award.facts.get("lines") or (),
            gross_minor=self.purchase.amount_minor,
            refunded_minor=self.refund.refunded_after_minor,
            articles=[
                ReturnedArticle(item.position, item.quantity, item.unit_minor, item.refunded_quantity)
                for item in self.purchase.items
            ],
        )


@dataclass(frozen=True)
class Split:
    """From where an amount is taken; the parts add up to it."""

    from_pending: int
    from_available: int
    owed: int
    written_off: int

    @property
    def sources(self) -> tuple[tuple[Account, int], ...]:
        """The accounts that are debited, and how much, but for those with nothing."""
        parts = (
            (Account.PENDING, self.from_pending),
            (Account.AVAILABLE, self.from_available),
            (Account.RECEIVABLE, self.owed),
            (Account.WRITTEN_OFF, self.written_off),
        )
        return tuple((account, amount) for account, amount in parts if amount)


@dataclass(frozen=True)
class _Taken:
    reason: Reason
    award: Award
    amount: int
    split: Split


def take_back(tenant: UUID, wishes: Sequence[TakeBack], *, kind: Kind = "reversal") -> list[Reversed]:
    """Reverse what the sales earned, in the wishes' order, as far as each wish asks. Runs in the tenant's scope.

    Balance that a sale was paid with comes back first. Locks the holders in one order before any balance is read, then
    the awards by their ids; a fixed number of statements however many sales that were paid with money. Sales without a
    customer earned nothing.
    """
    with tenant_scope(tenant):
        customers = {wish.purchase.customer_id for wish in wishes if wish.purchase.customer_id}
        if not customers:
            return []
        holders = lock_holders(tenant=tenant, customers=customers)
        give_balance_back(tenant, holders, [(each.purchase, each.refund, each.import_batch) for each in wishes])
        awards: dict[UUID, list[Award]] = defaultdict(list)
        for award in _locked(Q(purchase_id__in={wish.purchase.id for wish in wishes})):
            if award.purchase_id is not None:
                awards[award.purchase_id].append(award)
        wanted = [(wish, award) for wish in wishes for award in awards.get(wish.purchase.id, ())]
        answers = _reverse(tenant, holders, wanted, kind)
        closed = {wish.purchase.id: wish.refund.id if wish.refund else None for wish in wishes if wish.is_whole}
        take_gifts_back(tenant=tenant, purchases=closed)
        return answers


def take_back_participations(
    tenant: UUID, participations: Collection[UUID], reason: Reason, *, holders: dict[UUID, LockedHolder]
) -> list[Reversed]:
    """The same for what participations earned; `holders` are their customers', locked. Runs in the tenant's scope."""
    wanted = [(reason, award) for award in _locked(Q(participation_id__in=participations))]
    answers = _reverse(tenant, holders, wanted, "reversal")
    take_gifts_back(tenant=tenant, participations=participations)
    return answers


def _reverse(
    tenant: UUID, holders: dict[UUID, LockedHolder], wanted: Sequence[tuple[Reason, Award]], kind: Kind
) -> list[Reversed]:
    """Take back what each reason asks of its award, in order; the holders and the awards are locked."""
    policy = get_tenant(tenant=tenant).shortfall_policy
    # Who was merged while the locks were waited for: their awards bear the id of who stays.
    holders = holders | {holder.customer_id: holder for holder in holders.values()}
    taken: list[_Taken] = []
    moves: list[tuple[LockedHolder, Move]] = []
    spent = _Remaining(holders)
    for reason, award in wanted:
        if due := reason.due(award):
            part = spent.split(award.customer_id, award.unit, due, policy, is_pending=award.status == "pending")
            taken.append(_Taken(reason, award, due, part))
            award.reversed += due
            moves += [(holders[award.customer_id], move) for move in _moves(taken[-1], kind)]
    post_all(tenant=tenant, moves=moves)
    _write(tenant, taken)
    # Once for each award, however many refunds took of it: it was given once.
    awards, amounts = {each.award.id: each.award for each in taken}, Counter[UUID]()
    for each in taken:
        amounts[each.award.id] += each.amount
    recount_limits(tenant, [(award, amounts[award.id]) for award in awards.values()])
    return [_reversed(each) for each in taken]


class _Remaining:
    """What is left of each holder's balances while moves are being planned."""

    def __init__(self, holders: dict[UUID, LockedHolder]) -> None:
        self._holders = holders
        self._left = {
            (holder.id, unit): [balance.pending, balance.available, balance.held - balance.owed]
            for holder in holders.values()
            for unit, balance in holder.balances.items()
        }

    def split(self, customer: UUID, unit: str, amount: int, policy: str, *, is_pending: bool) -> Split:
        """Take an amount: its own pending part, then what is available, then the rest by the brand's policy.

        `owe` notes the rest as owed, `negative` takes it from what is available even where that leads below zero.
        `pending_only` writes it off, but for what checkouts hold: that may come back, so it is owed until it is spent
        (`bearing.py`).
        """
        left = self._left.setdefault((self._holders[customer].id, unit), [0, 0, 0])
        from_pending = min(amount, left[0]) if is_pending else 0
        rest = amount - from_pending
        if policy == "negative":
            from_available = rest
            self._holders[customer].allow_below_zero(unit)
        else:
            from_available = min(rest, max(left[1], 0))
        short = rest - from_available
        owed = min(short, max(left[2], 0)) if policy == "pending_only" else short
        for place, taken in enumerate((from_pending, from_available, owed)):
            left[place] -= taken
        return Split(from_pending, from_available, owed, short - owed)


def split_of(holder: LockedHolder, unit: str, amount: int, policy: str) -> Split:
    """How an amount that is not pending is taken from a holder: what is available, the rest by the brand's policy."""
    return _Remaining({holder.customer_id: holder}).split(holder.customer_id, unit, amount, policy, is_pending=False)


def _locked(which: Q) -> list[Award]:
    rows = Award.objects.select_for_update(no_key=True, of=("self",)).filter(which)
    return list(rows.select_related("program", "rule_version").order_by("id"))


def _moves(taken: _Taken, kind: Kind) -> list[Move]:
    award, told = taken.award, taken.reason.told(taken.award, kind)
    return [
        Move(
            unit=award.unit,
            debit=account,
            credit=Account.ISSUED,
            amount=part,
            kind=kind,
            explanation={**told, "program": award.program.name, "from": account.value},
            award_id=award.id,
            **taken.reason.named(),
        )
        for account, part in taken.split.sources
    ]


def _write(tenant: UUID, taken: Sequence[_Taken]) -> None:
    if not taken:
        return
    after = {each.award.id: each.award.reversed for each in taken}
    splits = [each.split for each in taken]
    reversals: dict[str, Any] = {
        "tenant": tenant,
        "now": now(),
        "ids": [new_id() for _ in taken],
        "awards": [each.award.id for each in taken],
        "refunds": [each.reason.named().get("refund_id") for each in taken],
        "amounts": [each.amount for each in taken],
        "pending": [split.from_pending for split in splits],
        "available": [split.from_available for split in splits],
        "owed": [split.owed for split in splits],
        "written_off": [split.written_off for split in splits],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_REVERSED, {"tenant": tenant, "awards": list(after), "reversed": list(after.values())})
        cursor.execute(INSERT_REVERSALS, reversals)


def recount_limits(tenant: UUID, taken: Sequence[tuple[Award, int]]) -> None:
    """Make limits and budgets count what is left of awards, of which these amounts were just taken back.

    A negative amount was given back, and is counted again.
    """
    counted: list[tuple[Take, int]] = []
    amounts = {award.id: amount for award, amount in taken}
    for award, by, day in counted_on(tenant, [(award, _remembered_day(award)) for award, _ in taken]):
        value = None if award.unit == TIER_POINTS else by.value
        left = award.granted - award.reversed
        key = Key(award.program_id, award.rule_key)
        counted.append((Take(key, by.rule, value, award.customer_id, day, left + amounts[award.id]), left))
    recount(tenant, counted)


def _remembered_day(award: Award) -> date | None:
    day = award.facts.get("counted_on")
    return date.fromisoformat(day) if day else None


def _reversed(taken: _Taken) -> Reversed:
    award, split = taken.award, taken.split
    return Reversed(
        award_id=award.id,
        program=award.program.name,
        unit=award.unit,
        amount=taken.amount,
        from_pending=split.from_pending,
        from_available=split.from_available,
        owed=split.owed,
        written_off=split.written_off,
    )
