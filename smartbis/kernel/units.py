"""What balances are counted in: an ISO 4217 currency in minor units, or a kind of points."""

POINTS = "points"
TIER_POINTS = "tier_points"

_MINOR_DIGITS = {"JPY": 0, "CLP": 0, "PYG": 0, "KRW": 0}


def is_currency(unit: str) -> bool:
    """Whether `unit` is money (three capital letters) rather than points."""
    return len(unit) == 3 and unit.isalpha() and unit.isupper()


def is_spendable(unit: str) -> bool:
    """Whether a customer can ever pay with `unit`: with all but tier points, which only say where somebody stands."""
    return unit != TIER_POINTS


def minor_digits(currency: str) -> int:
    """How many decimal digits the minor unit of `currency` has (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)
