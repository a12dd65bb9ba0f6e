"""The price that a page showed: sent along with the confirmation, so that nobody pays another."""

from django.http import HttpRequest

LONGEST = 20


def price_fields(amount: int | None, unit: str) -> list[tuple[str, str]]:
    """Hidden fields that say what something cost when the page was made."""
    return [("price", str(amount or 0)), ("unit", unit)]


def shown_price(request: HttpRequest) -> tuple[int, str] | None:
    """What the page had said, as amount and unit; None when nothing readable was sent along."""
    amount = request.POST.get("price", "")[:LONGEST]
    return (int(amount), request.POST.get("unit", "")[:LONGEST]) if amount.isdecimal() else None
