"""What any service of this room asks of amounts and texts from outside."""

from smartbis.kernel.errors import InvalidInput

MOST_MINOR = 10**12
MOST_KEY = 255
MOST_EXTERNAL_ID = 120


def check_amount(amount_minor: int | None, *, field: str = "amount_minor") -> None:
    """Raises InvalidInput unless the amount is 1 to 10**12 minor units, or not said."""
    if amount_minor is not None and not 1 <= amount_minor <= MOST_MINOR:
        raise InvalidInput({field: [f"1 – {MOST_MINOR}"]})


def check_key(key: str) -> None:
    """Raises InvalidInput unless the key has 1 to 255 characters."""
    if not 1 <= len(key) <= MOST_KEY:
        raise InvalidInput({"key": [f"1 – {MOST_KEY}"]})


def check_external_id(external_id: str) -> None:
    """Raises InvalidInput for a sale number of more than 120 characters."""
    if len(external_id) > MOST_EXTERNAL_ID:
        raise InvalidInput({"external_id": [f"≤ {MOST_EXTERNAL_ID}"]})
