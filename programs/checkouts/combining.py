"""The best combination of vouchers and balance for one sale: pure, exact, and the same for the same facts.

A discount is of what the vouchers before it left; balance comes last. What a voucher leaves never falls when more was
left to it, so the least that a set of vouchers can leave is found by its last one: all sets in 2^n · n steps.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from smartbis.kernel.money import half_up


@dataclass(frozen=True, kw_only=True)
class Benefit:
    """A voucher that may be used on the sale, in minor units and basis points.

    `is_named`: the customer asked for this very one. `gives_change`: what is not used goes back to the balance.
    `uses_free` is how many vouchers of its coupon the customer may still use, None for no limit. `ends` orders those
    that lapse sooner before the others. `is_balance`: it was made of balance, and counts as balance; it then says how
    much of the sale balance may pay at all (`balance_room_minor`, None for no limit).
    """

    id: UUID
    coupon: UUID
    kind: Literal["amount", "percentage", "thing"]
    value_minor: int = 0
    value_bp: int = 0
    ceiling_minor: int | None = None
    gives_change: bool = False
    is_named: bool = True
    stacks_with_vouchers: bool = True
    stacks_with_balance: bool = True
    uses_free: int | None = None
    is_balance: bool = False
    balance_room_minor: int | None = None
    ends: float = float("inf")

    def discount(self, left_minor: int) -> int:
        """What it takes off an amount: half-up to the minor unit for a share, never more than the amount."""
        if self.kind == "amount":
            return min(self.value_minor, left_minor)
        if self.kind == "percentage":
            off = min(half_up(left_minor * self.value_bp, 10_000), left_minor)
            return off if self.ceiling_minor is None else min(off, self.ceiling_minor)
        return 0

    def given_up(self, discount: int) -> int:
        """What its use costs the customer: its whole value where the rest is lost, else what it took off."""
        return self.value_minor if self.kind == "amount" and not self.gives_change else discount


@dataclass(frozen=True)
class Use:
    """A voucher in its turn: what the ones before it left, and what it takes off."""

    benefit: Benefit
    left_minor: int
    discount_minor: int


@dataclass(frozen=True)
class Combination:
    """What is used, in this order, and what is left to pay."""

    uses: tuple[Use, ...]
    balance_minor: int
    due_minor: int

    @property
    def discount_minor(self) -> int:
        """What the vouchers take off together."""
        return sum(use.discount_minor for use in self.uses)


_Rank = tuple[Any, ...]


def best_combination(
    amount_minor: int, benefits: Sequence[Benefit], *, balance_minor: int, balance_room_minor: int | None = None
) -> Combination:
    """The combination that leaves least to pay; `balance_minor` is what of the balance may be used on this sale.

    `balance_room_minor` is how much of it balance may pay together with vouchers made of balance; None for all.
    Of those that leave the same: more of the things that were asked for, then what costs the customer least (balance
    never lapses, so a voucher that was asked for goes first), then the least that is lost, the fewest vouchers, those
    that lapse soonest, and the order in which they were named.
    """
    orders = _cheapest_orders(amount_minor, benefits)
    found = (
        _combined(amount_minor, [benefits[place] for place in order], balance_minor, balance_room_minor)
        for order in orders
    )
    return min(found, key=_rank(benefits))


def _cheapest_orders(amount: int, benefits: Sequence[Benefit]) -> list[tuple[int, ...]]:
    """For every set of vouchers that may be used together, the order of them that leaves least."""
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (amount, ())}
    for chosen in range(1, 1 << len(benefits)):
        members = [place for place in range(len(benefits)) if chosen >> place & 1]
        options = (_after(best.get(chosen & ~(1 << last)), benefits[last], last) for last in members)
        if (_may_go_together([benefits[place] for place in members])) and (real := [each for each in options if each]):
            best[chosen] = min(real)
    return [order for _, order in best.values()]


def _after(before: tuple[int, tuple[int, ...]] | None, last: Benefit, place: int) -> tuple[int, tuple[int, ...]] | None:
    """What is left after one more voucher; None where it would take nothing off."""
    if before is None:
        return None
    left, order = before
    off = last.discount(left)
    return None if last.kind != "thing" and not off else (left - off, (*order, place))


def _may_go_together(benefits: Sequence[Benefit]) -> bool:
    if len(benefits) > 1 and not all(each.stacks_with_vouchers for each in benefits):
        return False
    if balance_room(benefits, None) < 0:
        return False
    counted = Counter(each.coupon for each in benefits)
    return all(each.uses_free is None or counted[each.coupon] <= each.uses_free for each in benefits)


def balance_room(benefits: Sequence[Benefit], room_minor: int | None) -> float:
    """What balance may still pay beside these vouchers, by the strictest of their rooms and the sale's.

    Those made of balance count with their value; below zero they are too much already, and without a limit it is
    infinite.
    """
    rooms = [room for room in (room_minor, *(each.balance_room_minor for each in benefits)) if room is not None]
    return min(rooms, default=float("inf")) - sum(each.value_minor for each in benefits if each.is_balance)


def _combined(amount: int, benefits: Sequence[Benefit], balance: int, room: int | None) -> Combination:
    uses, left = [], amount
    for each in benefits:
        off = each.discount(left)
        uses.append(Use(each, left, off))
        left -= off
    may_help = all(each.stacks_with_balance for each in benefits)
    used = max(0, int(min(balance, left, balance_room(benefits, room)))) if may_help else 0
    return Combination(tuple(uses), used, left - used)


def _rank(benefits: Sequence[Benefit]) -> Callable[[Combination], _Rank]:
    places = {each.id: place for place, each in enumerate(benefits)}

    def rank(found: Combination) -> _Rank:
        return (
            found.due_minor,
            -sum(use.benefit.kind == "thing" for use in found.uses),
            found.balance_minor
            + sum(use.benefit.given_up(use.discount_minor) for use in found.uses if not use.benefit.is_named),
            found.balance_minor,
            sum(use.benefit.given_up(use.discount_minor) - use.discount_minor for use in found.uses),
            len(found.uses),
            sorted(use.benefit.ends for use in found.uses),
            sorted(places[use.benefit.id] for use in found.uses),
        )

    return rank
