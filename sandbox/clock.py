"""The time the stand-in lives in: the machine's clock plus an offset that tests may move forward."""

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, movable forward only, so that windows and delays of hours can be tried at once."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Return the present moment in seconds since the epoch."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock `seconds` forward.

        Raises: ValueError for a negative step; time here never runs back.
        """
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self.offset += seconds

    def as_datetime(self) -> datetime:
        """Return the present moment as an aware UTC instant."""
        return datetime.fromtimestamp(self.now(), UTC)


def iso(moment: float | None) -> str | None:
    """Return seconds since the epoch as an RFC 3339 instant in UTC, milliseconds kept."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
