"""Meta's limits of speed as a generic cell rate algorithm: one instant a counter, kept in PostgreSQL. Pure.

A counter's `paced_until` is when the work taken so far is paid off at the steady rate; a burst may run ahead of the
clock by the burst's length.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """One unit each `interval`, `burst` at once."""

    interval: timedelta
    burst: int

    def room(self, paced_until: datetime | None, at: datetime) -> int:
        """How many units may be taken now."""
        ahead = max((paced_until or at) - at, timedelta(0))
        return max(int((self.interval * self.burst - ahead) / self.interval), 0)

    def after(self, paced_until: datetime | None, at: datetime, taken: int) -> datetime:
        """The counter once `taken` units were taken."""
        return max(paced_until or at, at) + self.interval * taken

    def next_at(self, paced_until: datetime | None, at: datetime) -> datetime:
        """When there will be room for one more."""
        return max((paced_until or at) - self.interval * (self.burst - 1), at)


def number_pace(per_second: int) -> Pace:
    """What a number may send: 80 a second as Meta grants at first, 20 in coexistence, up to 1,000.

    Half a second's worth at once: enough for a worker that looks a few times a second, and little beyond the rate.
    """
    return Pace(interval=timedelta(seconds=1) / per_second, burst=max(per_second // 2, 1))


# One message in six seconds and person, 45 borrowed from the future.
PAIR = Pace(interval=timedelta(seconds=6), burst=45)
