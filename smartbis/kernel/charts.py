"""Geometry of charts: numbers in, coordinates and words out. Templates in `templates/components/` draw them.

Lines live in a box of 100 by 100 that the page stretches, with strokes that do not scale; every word is outside
the box, as HTML. Values start from zero, so that a small change cannot look like a large one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

BOX = 100.0
_INTERVALS = 4
_DATES_SHOWN = 4

Words = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One line's name and values, in the order of the labels."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class PlottedLine:
    """One line: `path` and `area` are SVG path data; `number` (from 1) chooses its stroke."""

    number: int
    name: str
    path: str
    area: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart of one or more lines: scale from top to bottom, a few dates, and the same figures as table rows."""

    lines: tuple[PlottedLine, ...]
    scale: tuple[str, ...]
    grid: tuple[float, ...]
    dates: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `width` is 0 to 100, of the longest bar or, in a funnel, of the first step; `share` is in words."""

    label: str
    value: str
    share: str
    width: float


def line_chart(*, labels: Sequence[str], series: Sequence[Series], words: Words) -> LineChart:
    """Return the geometry of one to a few lines over the same labels; `words` writes a value for people.

    Raises:
        ValueError: a series is not as long as the labels, or holds a negative value.
    """
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name}: {len(one.values)} values for {len(labels)} labels")
        if any(value < 0 for value in one.values):
            raise ValueError(f"{one.name}: negative values have no place on a scale from zero")
    highest = max((value for one in series for value in one.values), default=0.0)
    top = nice_ceiling(highest)
    steps = range(_INTERVALS, -1, -1)
    return LineChart(
        lines=tuple(_plot(number, one, top) for number, one in enumerate(series, start=1)),
        scale=tuple(words(top * step / _INTERVALS) for step in steps),
        grid=tuple(BOX * (1 - step / _INTERVALS) for step in steps),
        dates=tuple(_spread(labels, _DATES_SHOWN)),
        rows=tuple((label, *(words(one.values[at]) for one in series)) for at, label in enumerate(labels)),
        is_empty=highest == 0,
    )


def sparkline(values: Sequence[float]) -> str:
    """Return SVG path data of a small line in the box, from zero; empty for fewer than two values."""
    if len(values) < 2:
        return ""
    return _path(values, max(*values, 1.0))


def bar_chart(items: Sequence[tuple[str, float]], *, words: Words) -> tuple[Bar, ...]:
    """Return bars as long as their share of the longest; `share` says their part of the total."""
    longest = max((value for _, value in items), default=0.0)
    total = sum(value for _, value in items)
    return tuple(Bar(label, words(value), _percent(value, total), _ratio(value, longest)) for label, value in items)


def funnel(steps: Sequence[tuple[str, float]], *, words: Words) -> tuple[Bar, ...]:
    """Return bars as long as their share of the first step, which `share` says too."""
    first = steps[0][1] if steps else 0.0
    return tuple(Bar(label, words(value), _percent(value, first), _ratio(value, first)) for label, value in steps)


def nice_ceiling(highest: float) -> float:
    """Return the least of 1, 2, 4, 6, 8 and 10 times a power of ten that is not below `highest`; at least 4.

    Each divides by four into figures that are easy to read.
    """
    if highest <= _INTERVALS:
        return float(_INTERVALS)
    power = 10.0 ** math.floor(math.log10(highest))
    return next(factor * power for factor in (1, 2, 4, 6, 8, 10, 20) if factor * power >= highest)


def _plot(number: int, series: Series, top: float) -> PlottedLine:
    path = _path(series.values, top)
    return PlottedLine(number, series.name, path, f"{path}V{BOX:g}H0Z" if path else "")


def _path(values: Sequence[float], top: float) -> str:
    """Return path data through the values; a single one becomes a level line."""
    if len(values) == 1:
        values = [values[0], values[0]]
    if not values:
        return ""
    step = BOX / (len(values) - 1)
    points = (f"{at * step:.2f} {BOX * (1 - value / top):.2f}" for at, value in enumerate(values))
    return "M" + "L".join(points)


def _spread(labels: Sequence[str], count: int) -> list[str]:
    """Return up to `count` labels at even distances, the first and the last among them."""
    if len(labels) <= count:
        return list(labels)
    last = len(labels) - 1
    return [labels[round(last * at / (count - 1))] for at in range(count)]


def _ratio(part: float, whole: float) -> float:
    return round(min(100.0, 100 * part / whole), 2) if whole > 0 else 0.0


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}%" if whole > 0 else "0%"
