"""Workers are driven by the tests themselves: nothing is sent to a broker."""

import pytest


def hold_pokes(patch: pytest.MonkeyPatch) -> None:
    """Send none for as long as the patch holds."""
    from smartbis.outbox import work

    patch.setattr(work, "_poke", lambda queue: None)
