"""A request to the dashboard, as views see it."""

from collections.abc import Callable
from uuid import UUID

from dashboard.requests import StaffRequest


class DeskRequest(StaffRequest):
    """What the door (`dashboard.brand.access`) adds for who comes in: `may(verb)` says what they may do."""

    htmx: bool
    may: Callable[[str], bool]


def uuid_from(text: str | None) -> UUID | None:
    """An id from an address; None for anything that is not one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
