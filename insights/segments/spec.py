"""What a filter says, read from JSON and checked. Every condition that is given must hold. Pure Python."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self
from uuid import UUID

from smartbis.kernel.errors import InvalidInput

MOST_DAYS = 3_650
MOST = 10**12
MOST_KEYS = 50
THIS_MONTH = 0


@dataclass(frozen=True, kw_only=True)
class SegmentSpec:
    """The conditions of a filter; None and empty are no condition.

    `stores` narrows which sales count. Days are whole days back from now; dates are of the brand's calendar, `until`
    included; money is minor units. `birthday_month` is 1 to 12, or 0 for the present one.
    """

    stores: tuple[str, ...] = ()
    enrolled_from: str | None = None
    enrolled_until: str | None = None
    enrolled_within_days: int | None = None
    purchases_within_days: int | None = None
    purchases_from: str | None = None
    purchases_until: str | None = None
    purchases_at_least: int | None = None
    purchases_at_most: int | None = None
    spent_at_least_minor: int | None = None
    spent_at_most_minor: int | None = None
    bought_within_days: int | None = None
    not_bought_for_days: int | None = None
    balance_unit: str | None = None
    balance_at_least: int | None = None
    plans: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    birthday_month: int | None = None
    accepts_marketing: bool | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The filter of a JSON object. Raises InvalidInput with the errors by field."""
        errors: dict[str, list[str]] = {name: ["There is no such condition."] for name in set(data) - _NAMES}
        given: dict[str, Any] = {}
        for name in _NAMES & set(data):
            value = data[name]
            if value is None or value in ("", [], ()):
                continue
            try:
                given[name] = _READERS[name](value)
            except (ValueError, TypeError, AttributeError) as error:
                errors[name] = [str(error) if isinstance(error, _Unfit) else "This value does not fit."]
        if not errors:
            errors = _contradictions(given)
        if errors:
            raise InvalidInput(errors)
        return cls(**given)

    @classmethod
    def kept(cls, data: Mapping[str, Any]) -> Self:
        """A filter as its row has it. It was judged when it was made; what is judged since then leaves it alone."""
        return cls(**{name: _READERS[name](value) for name, value in data.items()})

    def write(self) -> dict[str, Any]:
        """The JSON object, with nothing that is no condition."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in values.items() if value is not None and value != []}

    @property
    def is_about_sales(self) -> bool:
        """Whether it counts sales."""
        named = (self.purchases_at_least, self.purchases_at_most, self.spent_at_least_minor, self.spent_at_most_minor)
        within = (self.purchases_within_days, self.purchases_from, self.purchases_until)
        return bool(self.stores) or any(each is not None for each in (*named, *within))


class _Unfit(ValueError):
    """A value that cannot be, with why."""


def _whole(least: int, most: int) -> Any:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _Unfit("A whole number is needed.")
        if not least <= value <= most:
            raise _Unfit(f"From {least} to {most}.")
        return value

    return read


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _keys(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and 0 < len(each) <= 60 for each in value):
        raise _Unfit("A list of keys is needed.")
    if len(value) > MOST_KEYS:
        raise _Unfit(f"At most {MOST_KEYS}.")
    return tuple(dict.fromkeys(value))


def _stores(value: Any) -> tuple[str, ...]:
    return tuple(str(UUID(each)) for each in _keys(value))


def _unit(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 12 or not value.isprintable():
        raise _Unfit("A currency or `points` is needed.")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("True or false is needed.")
    return value


_DAYS, _COUNT = _whole(1, MOST_DAYS), _whole(0, MOST)
_READERS: dict[str, Any] = {
    "stores": _stores,
    "enrolled_from": _day,
    "enrolled_until": _day,
    "enrolled_within_days": _DAYS,
    "purchases_within_days": _DAYS,
    "purchases_from": _day,
    "purchases_until": _day,
    "purchases_at_least": _COUNT,
    "purchases_at_most": _COUNT,
    "spent_at_least_minor": _COUNT,
    "spent_at_most_minor": _COUNT,
    "bought_within_days": _DAYS,
    "not_bought_for_days": _DAYS,
    "balance_unit": _unit,
    "balance_at_least": _whole(1, MOST),
    "plans": _keys,
    "tiers": _keys,
    "tags": _keys,
    "birthday_month": _whole(THIS_MONTH, 12),
    "accepts_marketing": _truth,
}
_NAMES = {each.name for each in fields(SegmentSpec)}
_PAIRS = (
    ("purchases_at_least", "purchases_at_most", "Fewer at most than at least: nobody would fit."),
    ("spent_at_least_minor", "spent_at_most_minor", "Less at most than at least: nobody would fit."),
    ("enrolled_from", "enrolled_until", "The end comes before the start: nobody would fit."),
    ("purchases_from", "purchases_until", "The end comes before the start: nobody would fit."),
    (
        "not_bought_for_days",
        "bought_within_days",
        "Longer ago and more recent at once: nobody would fit.",
    ),
)


_WHICH_SALES = ("stores", "purchases_within_days", "purchases_from", "purchases_until")


def _contradictions(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Conditions that nobody can meet, so that no list stays empty for a reason nobody sees."""
    errors = {
        most: [sentence]
        for least, most, sentence in _PAIRS
        if least in given and most in given and given[most] < given[least]
    }
    if given.get("purchases_at_most") == 0 and _wants_a_sale(given):
        errors["purchases_at_most"] = ["Who bought nothing spent nothing, and never bought: nobody would fit."]
    if ("balance_unit" in given) != ("balance_at_least" in given):
        errors["balance_at_least"] = ["Say both how much and of what."]
    if given.get("accepts_marketing") is False:
        errors["accepts_marketing"] = ["Only who accepts can be asked for."]
    return errors


def _wants_a_sale(given: Mapping[str, Any]) -> bool:
    """Whether a condition beside the number of purchases asks for one: of those counted, or of any if all are."""
    counts_all = not given.keys() & set(_WHICH_SALES)
    asked = {"spent_at_least_minor", "spent_at_most_minor"}
    if counts_all:
        asked |= {"bought_within_days", "not_bought_for_days"}
    return bool(given.keys() & asked)
