"""Closing days in tests: whoever else has a transaction open on the server is waited for."""

import time
from datetime import datetime

from smartbis.kernel.clock import frozen
from smartbis.ledger.closing import close_days
from smartbis.tenancy.selectors import TenantInfo

PATIENCE_SECONDS = 90.0


def close_until(brand: TenantInfo, at: datetime) -> None:
    """Close every day that has ended by `at`."""
    end = time.monotonic() + PATIENCE_SECONDS
    with frozen(at):
        while time.monotonic() < end:
            if not close_days(tenant=brand.id):
                return
            time.sleep(0.05)
    raise AssertionError("transactions of others never ended")
