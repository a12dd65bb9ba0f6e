"""How much of what is owed will be used, by how such value was used until now. Pure Python."""

from collections.abc import Sequence

from smartbis.kernel.money import half_up
from smartbis.ledger.aging import Cohort

# How many months old the value of each age is at least (`smartbis.ledger.aging.AGES`).
_MONTHS = (0, 1, 3, 6, 12)
_ALL_BP = 10_000


def expected_use(ages: Sequence[int], use: Sequence[Cohort]) -> int | None:
    """How much of value of these ages will still be used, in its unit; None where no month tells enough.

    Each age is expected to go the way of those before it: from the share that is used at its age to the largest share
    that any month reached. Nothing is assumed beyond that, so what is older than all that is known is not expected.
    """
    known = [(each.months, each.used_bp) for each in use if each.used_bp is not None]
    if not known:
        return None
    most = max(used for _, used in known)
    return sum(_still_used(age, _used_by(months, known), most) for age, months in zip(ages, _MONTHS, strict=True))


def _used_by(months: int, known: Sequence[tuple[int, int]]) -> int:
    return max((used for age, used in known if age <= months), default=0)


def _still_used(amount: int, used: int, most: int) -> int:
    return half_up(amount * (most - used), _ALL_BP - used) if used < most else 0
