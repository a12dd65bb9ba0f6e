"""Measures taken side by side: rounds of every contestant in turn, medians over the rounds."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from benchmarks.clients import Burst
from benchmarks.machine import Load, Meter

Contestant = Callable[[float], Burst]


@dataclass(frozen=True)
class Figure:
    """One line of the table. `beside` names another figure, and `ratio` is this one's value over that one's."""

    name: str
    value: float
    unit: str
    beside: str = ""
    ratio: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def side_by_side(
    contestants: Mapping[str, Contestant],
    *,
    rounds: int,
    seconds: float,
    postmaster: int | None,
    between: Callable[[], None] = lambda: None,
) -> dict[str, list[tuple[Burst, Load]]]:
    """Every contestant once a round, so that what the machine does to one it does to all."""
    told: dict[str, list[tuple[Burst, Load]]] = {name: [] for name in contestants}
    for number in range(rounds):
        order = list(contestants) if number % 2 == 0 else list(contestants)[::-1]
        for name in order:
            between()
            meter = Meter(postmaster)
            burst = contestants[name](seconds)
            told[name].append((burst, meter.stop()))
    return told


def figures(told: Mapping[str, list[tuple[Burst, Load]]], unit: str, beside: Mapping[str, str]) -> list[Figure]:
    """A figure for each contestant: the median of its rounds, and the median of each round's own ratio to a peer."""
    made = []
    for name, bursts in told.items():
        rates = [burst.per_second for burst, _ in bursts]
        peer = beside.get(name, "")
        ratios = [
            mine / theirs.per_second
            for mine, (theirs, _) in zip(rates, told.get(peer, []), strict=False)
            if theirs.per_second
        ]
        made.append(
            Figure(
                name,
                round(median(rates), 1),
                unit,
                beside=peer,
                ratio=round(median(ratios), 3) if ratios else None,
                facts={
                    "rounds": [round(rate, 1) for rate in rates],
                    "p50_ms": round(median(burst.percentile_ms(50) for burst, _ in bursts), 2),
                    "p95_ms": round(median(burst.percentile_ms(95) for burst, _ in bursts), 2),
                    "p99_ms": round(median(burst.percentile_ms(99) for burst, _ in bursts), 2),
                    "load": [asdict(load) for _, load in bursts],
                    "core_us": _core_us(bursts),
                },
            )
        )
    return made


def _core_us(bursts: list[tuple[Burst, Load]]) -> float | None:
    """Processor time of ours and the database's for one operation, in microseconds: steadier than the clock's."""
    import os

    cores = os.cpu_count() or 1
    took = [
        load.ours / 100 * cores * burst.seconds / burst.operations * 1e6
        for burst, load in bursts
        if burst.operations and load.ours
    ]
    return round(median(took), 0) if took else None
