"""The conditions of a rule as JSON."""

from typing import Any, get_args

from programs.rules.faults import Faults
from programs.rules.spec import MAX_MINOR, MAX_NAMES, Birthday, Conditions, NthPurchase

_LISTS = (
    "stores",
    "channels",
    "products",
    "categories",
    "item_tags",
    "plans",
    "tiers",
    "segments",
    "communities",
    "tags",
    "payment_methods",
    "participations",
)
_OTHERS = ("weekdays", "hours", "from", "until", "purchases", "birthday", "minimum_minor", "minimum_quantity")
MAX_PURCHASES = 10_000


def read_conditions(value: Any, field: str, faults: Faults) -> Conditions:
    """The conditions that JSON describes; every fault is remembered below `field`."""
    given = faults.mapping(value, field)
    faults.unknown(given, (*_LISTS, *_OTHERS), f"{field}.")
    return Conditions(
        **{name: faults.names(given.get(name, []), MAX_NAMES, f"{field}.{name}") for name in _LISTS},
        weekdays=_weekdays(given.get("weekdays", []), f"{field}.weekdays", faults),
        hours=_hours(given.get("hours", []), f"{field}.hours", faults),
        since=faults.day(given.get("from"), f"{field}.from"),
        until=faults.day(given.get("until"), f"{field}.until"),
        purchases=_purchases(given.get("purchases"), f"{field}.purchases", faults),
        birthday=_birthday(given.get("birthday"), f"{field}.birthday", faults),
        minimum_minor=faults.whole(given.get("minimum_minor", 0), 0, MAX_MINOR, f"{field}.minimum_minor"),
        minimum_quantity=faults.whole(given.get("minimum_quantity", 0), 0, MAX_MINOR, f"{field}.minimum_quantity"),
    )


def write_conditions(when: Conditions) -> dict[str, Any]:
    """The conditions as JSON; what does not ask is left out."""
    written: dict[str, Any] = {name: sorted(getattr(when, name)) for name in _LISTS if getattr(when, name)}
    if when.weekdays:
        written["weekdays"] = sorted(when.weekdays)
    if when.hours:
        written["hours"] = [[clock(start), clock(end)] for start, end in when.hours]
    if when.since:
        written["from"] = when.since.isoformat()
    if when.until:
        written["until"] = when.until.isoformat()
    if when.purchases:
        nth = {"from": when.purchases.since, "until": when.purchases.until}
        written["purchases"] = {name: value for name, value in nth.items() if value is not None}
    if when.birthday:
        written["birthday"] = when.birthday
    for name in ("minimum_minor", "minimum_quantity"):
        if getattr(when, name):
            written[name] = getattr(when, name)
    return written


def clock(minute: int) -> str:
    """Minutes from midnight as `18:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _weekdays(value: Any, field: str, faults: Faults) -> frozenset[int]:
    if not isinstance(value, (list, tuple)):
        faults.add(field, "A list of weekdays from 1 (Monday) to 7 is needed.")
        return frozenset()
    return frozenset(faults.whole(day, 1, 7, field) for day in value)


def _hours(value: Any, field: str, faults: Faults) -> tuple[tuple[int, int], ...]:
    fine = isinstance(value, (list, tuple)) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in value
    )
    if not fine or len(value) > 10:
        faults.add(field, "Up to ten pairs of hours like ['18:00', '20:00'] are needed.")
        return ()
    found = tuple(sorted((faults.minute(start, field), faults.minute(end, field)) for start, end in value))
    if any(start == end or start == 24 * 60 for start, end in found):
        faults.add(field, "A stretch of hours needs a start and another end.")
    return found


def _purchases(value: Any, field: str, faults: Faults) -> NthPurchase | None:
    if value is None:
        return None
    given = faults.mapping(value, field)
    faults.unknown(given, ("from", "until"), f"{field}.")
    since = faults.whole(given.get("from", 1), 1, MAX_PURCHASES, f"{field}.from")
    until = faults.optional_whole(given.get("until"), 1, MAX_PURCHASES, f"{field}.until")
    return NthPurchase(since, until)


def _birthday(value: Any, field: str, faults: Faults) -> Birthday | None:
    if value is None:
        return None
    span: Birthday = faults.one_of(value, get_args(Birthday), field)
    return span
