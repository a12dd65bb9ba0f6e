"""What sales gave is taken back: by refunds, by cancellation, by undoing an import. One way for one and for many."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from programs.infos import Reversed
from programs.models import Award
from programs.rules import still_to_reverse
from programs.rules.refunds import ReturnedArticle, share_of_sale
from programs.selectors.catalogue import version_rules
from programs.services.giving import take_gifts_back
from programs.services.usage import Key, Take, give_back
from programs.sql import ADD_REVERSED, INSERT_REVERSALS
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.accounts import Account
from smartbis.ledger.services import LockedHolder, Move, lock_holders, post_all
from smartbis.purchases.infos import PurchaseInfo, RefundInfo
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


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
    wish: TakeBack
    award: Award
    amount: int
    split: Split


def take_back(
    tenant: UUID, wishes: Sequence[TakeBack], *, kind: Literal["reversal", "undo"] = "reversal"
) -> list[Reversed]:
    """Reverse what the sales earned, in the wishes' order, as far as each wish asks. Runs in the tenant's scope.

    Locks the holders in one order before any balance is read, then the awards by their ids; a fixed number of
    statements however many sales. Sales without a customer earned nothing.
    """
    with tenant_scope(tenant):
        customers = {wish.purchase.customer_id for wish in wishes if wish.purchase.customer_id}
        if not customers:
            return []
        policy = get_tenant(tenant=tenant).shortfall_policy
        holders = lock_holders(tenant=tenant, customers=customers)
        awards = _awards({wish.purchase.id for wish in wishes})
        taken: list[_Taken] = []
        moves: list[tuple[LockedHolder, Move]] = []
        spent = _Remaining(holders)
        for wish in wishes:
            for award in awards.get(wish.purchase.id, ()):
                if due := wish.due(award):
                    part = spent.split(award.customer_id, award.unit, due, policy, is_pending=award.status == "pending")
                    taken.append(_Taken(wish, award, due, part))
                    award.reversed += due
                    holder = holders[award.customer_id]
                    moves += [(holder, move) for move in _moves(taken[-1], kind)]
        post_all(tenant=tenant, moves=moves)
        _write(tenant, taken)
        free_limits(tenant, [(each.award, each.amount) for each in taken])
        take_gifts_back(tenant=tenant, purchases={wish.purchase.id for wish in wishes if wish.is_whole})
        return [_reversed(each) for each in taken]


class _Remaining:
    """What is left of each holder's balances while moves are being planned."""

    def __init__(self, holders: dict[UUID, LockedHolder]) -> None:
        self._holders = holders
        self._left = {
            (customer, unit): [balance.pending, balance.available]
            for customer, holder in holders.items()
            for unit, balance in holder.balances.items()
        }

    def split(self, customer: UUID, unit: str, amount: int, policy: str, *, is_pending: bool) -> Split:
        """Take an amount: its own pending part, then what is available, then the rest by the brand's policy.

        `owe` notes the rest as owed, `pending_only` takes no more than is pending and writes the rest off, `negative`
        takes it from what is available even where that leads below zero.
        """
        left = self._left.setdefault((customer, unit), [0, 0])
        from_pending = min(amount, left[0]) if is_pending else 0
        rest = amount - from_pending
        if policy == "negative":
            from_available = rest
            self._holders[customer].allow_below_zero(unit)
        else:
            from_available = 0 if policy == "pending_only" else min(rest, max(left[1], 0))
        short = rest - from_available
        left[0] -= from_pending
        left[1] -= from_available
        is_written_off = policy == "pending_only"
        return Split(from_pending, from_available, 0 if is_written_off else short, short if is_written_off else 0)


def split_of(holder: LockedHolder, unit: str, amount: int, policy: str) -> Split:
    """How an amount that is not pending is taken from a holder: what is available, the rest by the brand's policy."""
    return _Remaining({holder.customer_id: holder}).split(holder.customer_id, unit, amount, policy, is_pending=False)


def _awards(purchases: set[UUID]) -> dict[UUID, list[Award]]:
    rows = (
        Award.objects.select_for_update(no_key=True, of=("self",))
        .filter(purchase_id__in=purchases)
        .select_related("program", "rule_version")
        .order_by("id")
    )
    found: dict[UUID, list[Award]] = defaultdict(list)
    for award in rows:
        if award.purchase_id is not None:
            found[award.purchase_id].append(award)
    return found


def _moves(taken: _Taken, kind: str) -> list[Move]:
    wish, award = taken.wish, taken.award
    key = "import_undone" if kind == "undo" else "taken_back" if wish.refund else "taken_back_whole"
    return [
        Move(
            unit=award.unit,
            debit=account,
            credit=Account.ISSUED,
            amount=part,
            kind=kind,
            explanation={
                "key": key,
                "program": award.program.name,
                "granted": award.granted,
                "refund_minor": wish.refund.amount_minor if wish.refund else None,
                "from": account.value,
            },
            award_id=award.id,
            purchase_id=wish.purchase.id,
            refund_id=wish.refund.id if wish.refund else None,
            store_id=wish.purchase.store_id,
            import_batch=wish.import_batch or wish.purchase.import_batch,
            occurred_at=wish.refund.occurred_at if wish.refund else None,
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
        "refunds": [each.wish.refund.id if each.wish.refund else None for each in taken],
        "amounts": [each.amount for each in taken],
        "pending": [split.from_pending for split in splits],
        "available": [split.from_available for split in splits],
        "owed": [split.owed for split in splits],
        "written_off": [split.written_off for split in splits],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_REVERSED, {"tenant": tenant, "awards": list(after), "reversed": list(after.values())})
        cursor.execute(INSERT_REVERSALS, reversals)


def free_limits(tenant: UUID, taken: Sequence[tuple[Award, int]]) -> None:
    """What limits and budgets had counted is free again, by the amounts that were just taken back of awards."""
    freed: list[tuple[Take, int]] = []
    for award, amount in taken:
        counted_on = award.facts.get("counted_on")
        rules = version_rules(award.rule_version) if counted_on else None
        rule = rules.rule(award.rule_key) if rules else None
        if rules and rule and counted_on:
            value = None if award.unit == TIER_POINTS else rules.point_value
            before = award.granted - award.reversed + amount
            key = Key(award.program_id, award.rule_key)
            take = Take(key, rule, value, award.customer_id, date.fromisoformat(counted_on), before)
            freed.append((take, before - amount))
    give_back(tenant, freed)


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
