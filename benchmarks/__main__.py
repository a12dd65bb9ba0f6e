"""`make bench`: every measurement, in the quick form (under five minutes) or the full one."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import database as databases
from benchmarks import house, machine, table
from benchmarks.peers import Figure

# The quick form stays under five minutes; what it leaves out can be named.
QUICK_GROUPS = ("sales", "redemptions", "batches", "imports", "pages", "backtests")
GROUPS = (*QUICK_GROUPS, "issuing", "crowds", "half_load", "popular", "movements", "oscar", "depth", "channel")


@dataclass(frozen=True)
class Form:
    """How much is measured."""

    name: str
    rounds: int
    seconds: float
    customers: int
    vouchers: int
    bystanders: int
    import_rows: int
    backtest_rows: int
    transfers: int
    minute: float
    real_file: bool = False


QUICK = Form(
    "quick",
    rounds=3,
    seconds=2,
    customers=20_000,
    vouchers=24_000,
    bystanders=0,
    import_rows=20_000,
    backtest_rows=50_000,
    transfers=200_000,
    minute=15,
)
FULL = Form(
    "full",
    rounds=5,
    seconds=10,
    customers=20_000,
    vouchers=160_000,
    bystanders=4_840_000,
    import_rows=200_000,
    backtest_rows=1_000_000,
    transfers=10_000_000,
    minute=60,
    real_file=True,
)
TINY = Form(
    "tiny",
    rounds=1,
    seconds=1,
    customers=200,
    vouchers=15_000,
    bystanders=1_000,
    import_rows=1_000,
    backtest_rows=2_000,
    transfers=20_000,
    minute=5,
)


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--full", action="store_true", help="longer rounds, more rows, the real file")
    form.add_argument("--tiny", action="store_true", help="seconds only: to see that everything runs, not to measure")
    parser.add_argument("--only", nargs="+", choices=GROUPS, help="some groups")
    return parser.parse_args()


def main() -> int:
    """Measure, print, write; the exit code."""
    asked = options()
    form = FULL if asked.full else TINY if asked.tiny else QUICK
    owner_url = os.environ.get("DATABASE_URL", "")
    if not owner_url:
        print("run it as `make bench`, or with DATABASE_URL set to an owner's login", file=sys.stderr)
        return 2
    started = time.monotonic()
    database = databases.made(owner_url)
    try:
        with tempfile.TemporaryDirectory(prefix="smartbis-bench-") as folder:
            groups = asked.only or (GROUPS if form is FULL else QUICK_GROUPS)
            facts: dict[str, object] = {
                "form": form.name,
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "machine": machine.described(Path(folder)),
                "database": database.facts(),
            }
            figures: list[Figure] = []
            for name, measured in _measured(database, form, groups, Path(folder)):
                figures += measured
                facts["seconds"] = round(time.monotonic() - started)
                path = table.kept("latest.json", facts, figures)
                _tell(f"measured: {name}\n{table.printed(measured)}\n")
    finally:
        databases.dropped(owner_url)
    print(table.printed(figures))
    print(_remarks(facts, figures))
    print(f"→ {path}")
    return 0


def _measured(
    database: databases.Database, form: Form, groups: Sequence[str], folder: Path
) -> Iterator[tuple[str, list[Figure]]]:
    """One group's figures after the other, the ledger's check at the end of them all."""
    os.environ.pop("DATABASE_URL", None)
    house.set_up(database.app_url)
    from benchmarks import groups as measuring
    from benchmarks.brand import make_world
    from benchmarks.floors import lay_out

    _tell("making a brand")
    world = make_world(database, customers=form.customers, vouchers=form.vouchers, bystanders=form.bystanders)
    lay_out(world)
    database.settle()
    bench = measuring.Bench(world, form.rounds, form.seconds, database.postmaster(), folder)
    sizes: dict[str, dict[str, Any]] = {
        "imports": {"rows": form.import_rows, "real_file": form.real_file},
        "backtests": {"rows": form.backtest_rows},
        "depth": {"transfers": form.transfers},
        "pages": {"rows": form.import_rows},
        "channel": {"minute": form.minute},
    }
    for name in groups:
        _tell(name)
        yield name, getattr(bench, name)(**sizes.get(name, {}))
    bench.check_ledger()


def _remarks(facts: dict[str, object], figures: list[Figure]) -> str:
    loads = [load for figure in figures for load in figure.facts.get("load", [])]
    others = max((load["others"] for load in loads), default=0.0)
    settings = facts["database"]
    assert isinstance(settings, dict)
    return (
        f"PostgreSQL {settings['server_version']}, fsync {settings['fsync']}, synchronous_commit "
        f"{settings['synchronous_commit']}; others took up to {others:.0f} % of the processors; "
        f"{facts['seconds']} s; `core µs` is processor time of ours and the server's for one operation."
    )


_STARTED = time.monotonic()


def _tell(what: str) -> None:
    print(f"{time.monotonic() - _STARTED:4.0f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
