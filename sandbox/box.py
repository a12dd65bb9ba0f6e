"""Everything one running stand-in holds, handed as the first argument to whatever needs it."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.numbers import trace_id
from sandbox.store import Store

TRAFFIC = ("messages", "personas", "contacts", "schedule", "updates", "deliveries", "media", "service_counts")


@dataclass
class Box:
    """Store, clock, randomness, faults and rate limits of one process."""

    store: Store
    clock: Clock
    rng: random.Random
    public_url: str
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def open(cls, state: Path | None, *, seed: int | None = None, public_url: str = "http://127.0.0.1:8002") -> "Box":
        """Open the state file (or memory) and continue its clock."""
        store = Store(state)
        row = store.one("SELECT value FROM meta WHERE key = 'clock_offset'")
        # Ids only need to be unlike each other; a seed makes a run repeatable.
        return cls(store, Clock(float(row["value"]) if row else 0.0), random.Random(seed), public_url)

    def trace(self) -> str:
        """Return a fresh `fbtrace_id`."""
        return trace_id(self.rng)

    def advance(self, seconds: float) -> None:
        """Move the clock forward and remember it. Raises: ValueError for a negative step."""
        self.clock.advance(seconds)
        self.store.run(
            "INSERT INTO meta (key, value) VALUES ('clock_offset', ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (str(self.clock.offset),),
        )

    def reset(self, *, everything: bool) -> None:
        """Forget traffic, people and faults; `everything` forgets channels, templates and the moved clock too."""
        self.store.empty(TRAFFIC)
        if everything:
            self.store.empty(("channels", "subscriptions", "templates", "samples", "meta"))
            self.clock.offset = 0.0
        self.faults.clear()
        self.limits.clear()
