"""What is printed and what is kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.peers import Figure

HEADINGS: tuple[str, ...] = (
    *("what", "value", "unit", "p50 ms", "p95 ms", "p99 ms"),
    *("core µs", "queries", "ratio", "beside"),
)
ON_THE_LEFT = ("what", "unit", "beside")
RESULTS = Path(__file__).resolve().parent / "results"


def printed(figures: Iterable[Figure]) -> str:
    """The table, one line a figure."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(_fitted(row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def _row(figure: Figure) -> tuple[str, ...]:
    facts = figure.facts
    return (
        figure.name,
        f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:,.1f}",
        figure.unit,
        _text(facts.get("p50_ms")),
        _text(facts.get("p95_ms")),
        _text(facts.get("p99_ms")),
        _text(facts.get("core_us")),
        str(facts.get("queries", "")),
        _share(figure.ratio),
        figure.beside,
    )


def _share(ratio: float | None) -> str:
    if ratio is None or ratio >= 10:
        return _text(ratio)
    return f"{ratio:.0%}" if ratio >= 0.1 else f"{ratio:.1%}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _fitted(row: tuple[str, ...], widths: list[int]) -> list[str]:
    pairs = zip(row, widths, HEADINGS, strict=True)
    return [cell.ljust(width) if name in ON_THE_LEFT else cell.rjust(width) for cell, width, name in pairs]


def kept(name: str, facts: Mapping[str, Any], figures: Iterable[Figure]) -> Path:
    """Write everything as JSON; the path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / name
    whole = {**facts, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
