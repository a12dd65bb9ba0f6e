"""Brazil's national holidays. Pure."""

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (11, 20), (12, 25))
_GOOD_FRIDAY = timedelta(days=-2)  # from Easter


@cache
def national_holidays(year: int) -> frozenset[date]:
    """The days of laws 662/1949, 6.802/1980, 9.093/1995 and 14.759/2023, Good Friday among them; no Carnival."""
    return frozenset({*(date(year, month, day) for month, day in _FIXED), easter(year) + _GOOD_FRIDAY})


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
