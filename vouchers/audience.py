"""For whom a coupon is: pure functions over what is known of a customer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

WEEK = timedelta(days=7)
# What a coupon may ask of a customer, in the order in which it is told.
GROUPS = ("plan", "tier", "segment", "community", "tag", "birthday", "new", "inactive")


class Audience(Protocol):
    """What says for whom it is; the coupon's model and its info both do."""

    @property
    def plans(self) -> Collection[str]: ...
    @property
    def tiers(self) -> Collection[str]: ...
    @property
    def segment(self) -> str: ...
    @property
    def communities(self) -> Collection[str]: ...
    @property
    def tags(self) -> Collection[str]: ...
    @property
    def birthday(self) -> str: ...
    @property
    def new_within_days(self) -> int | None: ...
    @property
    def inactive_for_days(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Person:
    """What decides about a customer on a day of the tenant's calendar. `birthday` is a month and a day."""

    today: date
    memberships: frozenset[tuple[str, str]] = frozenset()
    birthday: tuple[int, int] | None = None
    enrolled_on: date | None = None
    last_bought_on: date | None = None


def keys_asked(audience: Audience) -> dict[str, frozenset[str]]:
    """The keys of which a customer needs one, by kind of membership; kinds that are not asked for are left out."""
    asked = {
        "plan": frozenset(audience.plans),
        "tier": frozenset(audience.tiers),
        "segment": frozenset([audience.segment] if audience.segment else []),
        "community": frozenset(audience.communities),
        "tag": frozenset(audience.tags),
    }
    return {kind: keys for kind, keys in asked.items() if keys}


def is_for_all(audience: Audience) -> bool:
    """Whether nothing is asked of the customer."""
    return not (
        keys_asked(audience)
        or audience.birthday
        or audience.new_within_days is not None
        or audience.inactive_for_days is not None
    )


def lacking(audience: Audience, person: Person | None) -> tuple[str, ...]:
    """What is asked for and not met, as names of `GROUPS`; of nobody (None) everything that is asked for lacks."""
    found = [
        kind
        for kind, keys in keys_asked(audience).items()
        if person is None or not any((kind, key) in person.memberships for key in keys)
    ]
    if audience.birthday and (person is None or not celebrates(audience.birthday, person.birthday, person.today)):
        found.append("birthday")
    if audience.new_within_days is not None and not _is_new(audience.new_within_days, person):
        found.append("new")
    if audience.inactive_for_days is not None and not _is_inactive(audience.inactive_for_days, person):
        found.append("inactive")
    return tuple(found)


def celebrates(span: str, birthday: tuple[int, int] | None, today: date) -> bool:
    """Whether a birthday falls on this `day`, within a `week` before or after it, or in this `month`.

    Who was born on 29 February celebrates on the 28th where there is none.
    """
    if birthday is None:
        return False
    if span == "month":
        return birthday[0] == today.month
    near = [_in_year(birthday, today.year + step) for step in (-1, 0, 1)]
    return today in near if span == "day" else any(abs(today - each) <= WEEK for each in near)


def days_celebrated(span: str, today: date) -> list[tuple[int, int]]:
    """The months and days of birth that `celebrates` answers with yes; the same rule read the other way."""
    leap = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
    return [(each.month, each.day) for each in leap if celebrates(span, (each.month, each.day), today)]


def asked_of(audience: Audience) -> dict[str, Any]:
    """What is asked for, as plain facts for refusals."""
    return {
        "plans": list(audience.plans),
        "tiers": list(audience.tiers),
        "segment": audience.segment,
        "communities": list(audience.communities),
        "tags": list(audience.tags),
        "birthday": audience.birthday,
        "new_within_days": audience.new_within_days,
        "inactive_for_days": audience.inactive_for_days,
    }


def _is_new(days: int, person: Person | None) -> bool:
    return person is not None and person.enrolled_on is not None and (person.today - person.enrolled_on).days <= days


def _is_inactive(days: int, person: Person | None) -> bool:
    """Somebody who bought once and stayed away since; who never bought is new rather than inactive."""
    if person is None or person.last_bought_on is None:
        return False
    return (person.today - person.last_bought_on).days >= days


def _in_year(birthday: tuple[int, int], year: int) -> date:
    month, day = birthday
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)
