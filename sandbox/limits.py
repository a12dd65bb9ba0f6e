"""Meta's rate limits, as the generic cell rate algorithm: one theoretical arrival time per key."""

from sandbox.errors import GraphError

PAIR_INTERVAL = 6.0  # seconds between messages to one person in the long run
PAIR_BURST = 45  # messages that may be borrowed from the future
FORGET_AT = 20_000  # keys held before those at rest are dropped


class Limits:
    """Arrival times of numbers and of (number, person) pairs; kept in memory only, as a restart forgives."""

    def __init__(self) -> None:
        self._arrivals: dict[tuple[str, str], float] = {}

    def clear(self) -> None:
        """Forget all traffic."""
        self._arrivals.clear()

    def check_number(self, phone_number_id: str, per_second: int, now: float) -> None:
        """Count one call of a number against its throughput (messages a second).

        Raises: GraphError 130429 over the limit.
        """
        if not self._allow((phone_number_id, ""), 1 / per_second, per_second, now):
            raise GraphError(130429, "Cloud API message throughput has been reached.")

    def check_pair(self, phone_number_id: str, phone: str, now: float) -> None:
        """Count one message from a number to a person.

        Raises: GraphError 131056 over the limit.
        """
        if not self._allow((phone_number_id, phone), PAIR_INTERVAL, PAIR_BURST, now):
            raise GraphError(131056, "Too many messages sent from the sender phone number to the same recipient.")

    def _allow(self, key: tuple[str, str], interval: float, burst: int, now: float) -> bool:
        arrival = max(self._arrivals.get(key, now), now)
        if arrival - now > interval * (burst - 1) + 1e-9:
            return False
        if len(self._arrivals) >= FORGET_AT:
            self._arrivals = {one: at for one, at in self._arrivals.items() if at > now}
        self._arrivals[key] = arrival + interval
        return True
