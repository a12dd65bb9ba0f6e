"""Which `pricing` object a status carries, by dated rules.

Per-message pricing since July 2025; since 1 October 2026 replies and utility templates inside the window are billed
past a monthly allowance per number. The amounts are no part of the webhook.
"""

from datetime import UTC, datetime
from typing import Any

from sandbox.store import Store

SERVICE_BILLED_FROM = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
FREE_SERVICE_MESSAGES = 1000  # per number and calendar month


def _month(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m")


def quote(store: Store, phone_number_id: str, category: str, *, in_window: bool, now: float) -> dict[str, Any]:
    """Return the pricing of a message delivered now.

    `category` is service, utility, marketing or authentication; `in_window` whether the person wrote within 24 hours.
    """
    free = in_window and category in ("service", "utility")
    if free and now >= SERVICE_BILLED_FROM:
        free = _counted(store, phone_number_id, now) <= FREE_SERVICE_MESSAGES
    return {
        "billable": not free,
        "pricing_model": "PMP",
        "type": "free_customer_service" if free else "regular",
        "category": category,
    }


def _counted(store: Store, phone_number_id: str, now: float) -> int:
    store.run(
        "INSERT INTO service_counts (phone_number_id, month, sent) VALUES (?, ?, 1) "
        "ON CONFLICT (phone_number_id, month) DO UPDATE SET sent = sent + 1",
        (phone_number_id, _month(now)),
    )
    row = store.one(
        "SELECT sent FROM service_counts WHERE phone_number_id = ? AND month = ?", (phone_number_id, _month(now))
    )
    return int(row["sent"]) if row else 0
