"""The machine while something was measured: how busy it was, and how much of that was somebody else's doing."""

import contextlib
import os
import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Load:
    """Shares of all cores' time while something was measured, in percent; `ours` includes the database's server."""

    busy: float
    ours: float
    others: float
    stolen: float


class Meter:
    """Reads the processor's clocks before and after; what is neither ours nor the database's is others'."""

    def __init__(self, postmaster: int | None) -> None:
        self._roots = [os.getpid(), *([postmaster] if postmaster else [])]
        self._before = self._read()

    def _read(self) -> tuple[float, float, float, float]:
        machine = psutil.cpu_times()
        idle = machine.idle + getattr(machine, "iowait", 0.0)
        stolen = getattr(machine, "steal", 0.0)
        total = sum(machine) - getattr(machine, "guest", 0.0) - getattr(machine, "guest_nice", 0.0)
        return total, total - idle - stolen, stolen, sum(seconds_of_tree(root) for root in self._roots)

    def stop(self) -> Load:
        """The load since this meter was made."""
        total, busy, stolen, ours = (after - before for after, before in zip(self._read(), self._before, strict=True))
        share = 100 / total if total > 0 else 0.0
        return Load(
            busy=round(busy * share, 1),
            ours=round(ours * share, 1),
            others=round(max(0.0, busy - ours) * share, 1),
            stolen=round(stolen * share, 1),
        )


def seconds_of_tree(root: int) -> float:
    """Processor seconds of a process and all that came of it, those that have ended too."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(root)
        for process in [first, *first.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
    return total


def heaviest(loads: Iterable[Load]) -> float:
    """The greatest share that others took, in percent."""
    return max((load.others for load in loads), default=0.0)


def described(data_folder: Path) -> dict[str, object]:
    """What the figures were measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average": [round(each, 2) for each in os.getloadavg()],
        "fdatasync_ms": round(fdatasync_ms(data_folder), 2),
    }


def _lines(path: str) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    return []


def fdatasync_ms(folder: Path, times: int = 50) -> float:
    """What making one block durable costs here, in milliseconds: the median of a few."""
    path, took = folder / f"fdatasync-{os.getpid()}", []
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(times):
            os.pwrite(handle, os.urandom(8192), 0)
            started = time.perf_counter()
            os.fdatasync(handle)
            took.append(time.perf_counter() - started)
    finally:
        os.close(handle)
        path.unlink()
    return sorted(took)[times // 2] * 1000
