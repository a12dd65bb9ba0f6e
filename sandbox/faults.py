"""Things that go wrong on purpose: a list of faults, each good for a number of calls."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.errors import ControlError

CALL_KINDS = ("http_500", "html_502", "timeout_before", "timeout_after", "slow")
WEBHOOK_KINDS = ("webhook_duplicate", "webhook_drop", "webhook_delay", "webhook_reorder")
NUMBERED = re.compile(r"(error_code|failed):(\d{1,8})")
MAX_COUNT = 1_000_000
MAX_SECONDS = 7 * 24 * 3600.0


@dataclass
class Fault:
    """One fault: `count` uses left; `seconds` is how long slow, timeouts and webhook delays last."""

    id: int
    kind: str
    count: int
    seconds: float
    phone_number_id: str = ""

    @property
    def number(self) -> int:
        """Return the error code of `error_code:<n>` and `failed:<n>`, else 0."""
        found = NUMBERED.fullmatch(self.kind)
        return int(found[2]) if found else 0


class Faults:
    """The faults waiting to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._last = 0

    def add(self, body: dict[str, Any], *, is_next: bool = False) -> Fault:
        """Add a fault: `kind`, `count` (1), `seconds`, `phone_number_id` (any); `is_next` before all that wait.

        Raises: ControlError for an unknown kind or a number out of range.
        """
        kind = str(body.get("kind", ""))
        if kind not in CALL_KINDS + WEBHOOK_KINDS and not NUMBERED.fullmatch(kind):
            known = ", ".join((*CALL_KINDS, "error_code:<n>", "failed:<n>", *WEBHOOK_KINDS))
            raise ControlError(f"kind must be one of {known}")
        count, seconds = body.get("count", 1), body.get("seconds", 2 if kind == "slow" else 30)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_COUNT:
            raise ControlError(f"count must be between 1 and {MAX_COUNT}")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= MAX_SECONDS:
            raise ControlError("seconds must be between 0 and 7 days")
        self._last += 1
        fault = Fault(self._last, kind, count, float(seconds), str(body.get("phone_number_id") or ""))
        self._waiting.insert(0 if is_next else len(self._waiting), fault)
        return fault

    def add_for_call(self, header: str, phone_number_id: str) -> Fault:
        """Add the fault that a call's own header asks for: a kind, and perhaps `; seconds=<n>`.

        Raises: ControlError as `add`.
        """
        kind, _, rest = header.partition(";")
        body: dict[str, Any] = {"kind": kind.strip(), "phone_number_id": phone_number_id}
        if rest.strip():
            name, _, value = rest.partition("=")
            if name.strip() != "seconds" or not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value.strip()):
                raise ControlError("a fault in a header is a kind, and perhaps ; seconds=<n>")
            body["seconds"] = float(value)
        return self.add(body, is_next=True)

    def take(self, phone_number_id: str, *kinds: str) -> Fault | None:
        """Use up one occurrence of the first waiting fault of `kinds` for this number."""
        for fault in self._waiting:
            name = fault.kind.split(":")[0]
            if name in kinds and fault.phone_number_id in ("", phone_number_id):
                fault.count -= 1
                if fault.count <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        """Return the faults still to come."""
        return [asdict(fault) for fault in self._waiting]

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()
