"""Sales and refunds checked before anything is written, and the hash by which a repeat is known."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.jsons import fit_to_hash
from smartbis.purchases.infos import (
    MAX_AMOUNT_MINOR,
    MAX_ITEMS,
    MAX_QUANTITY,
    ItemDraft,
    RefundDraft,
    SaleDraft,
)

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Tills with a clock that runs ahead are believed within a day.
CLOCK_LEEWAY = timedelta(days=1)


def check_sale(draft: SaleDraft) -> None:
    """Raises InvalidInput with the errors by field."""
    if _is_plain_sale(draft):
        return
    errors: dict[str, list[str]] = {}
    if not _whole(draft.amount_minor, 1, MAX_AMOUNT_MINOR):
        errors["amount_minor"] = [f"A whole number from 1 to {MAX_AMOUNT_MINOR} is needed."]
    elif not _whole(draft.voucher_discount_minor, 0, draft.amount_minor):
        errors["voucher_discount_minor"] = ["The discount must lie between zero and the amount."]
    elif not _whole(draft.balance_used_minor, 0, draft.amount_minor - draft.voucher_discount_minor):
        errors["balance_used_minor"] = ["The balance used must lie between zero and what is left to pay."]
    _check_text(errors, "external_id", draft.external_id, 100, needed=True)
    _check_text(errors, "channel", draft.channel, 20, needed=True)
    _check_text(errors, "payment_method", draft.payment_method, 20, needed=False)
    if draft.status not in ("confirmed", "pending"):
        errors["status"] = ["Choose confirmed or pending."]
    _check_instant(errors, draft.occurred_at)
    _check_items(errors, draft.items)
    if errors:
        raise InvalidInput(errors)


def check_refund(draft: RefundDraft) -> None:
    """Raises InvalidInput with the errors by field."""
    errors: dict[str, list[str]] = {}
    _check_text(errors, "external_id", draft.external_id, 100, needed=True)
    _check_instant(errors, draft.occurred_at)
    if (draft.amount_minor is None) == (not draft.items):
        errors["amount_minor"] = ["Name an amount or articles, not both."]
    elif draft.amount_minor is not None and not _whole(draft.amount_minor, 1, MAX_AMOUNT_MINOR):
        errors["amount_minor"] = [f"A whole number from 1 to {MAX_AMOUNT_MINOR} is needed."]
    if len(draft.items) > MAX_ITEMS:
        errors["items"] = [f"At most {MAX_ITEMS} articles are taken."]
    for index, item in enumerate(draft.items[:MAX_ITEMS]):
        if not _whole(item.quantity, 1, MAX_QUANTITY):
            errors[f"items.{index}.quantity"] = [f"A whole number from 1 to {MAX_QUANTITY} is needed."]
    if errors:
        raise InvalidInput(errors)


def sale_hash(draft: SaleDraft) -> bytes:
    """32 bytes that tell one content of a sale from another, as it was sent."""
    return _hash(
        [
            draft.customer or "None",
            draft.store,
            draft.external_id,
            draft.amount_minor,
            draft.currency,
            draft.channel,
            _instant(draft.occurred_at),
            draft.status,
            [[item.sku, item.name, item.category, item.quantity, item.unit_minor] for item in draft.items],
            # only where it is told: a sale without it has the hash it always had
            *([draft.payment_method] if draft.payment_method else []),
        ]
    )


def refund_hash(draft: RefundDraft) -> bytes:
    """32 bytes that tell one content of a refund from another, as it was sent."""
    return _hash(
        [
            draft.purchase,
            draft.external_id,
            draft.amount_minor,
            _instant(draft.occurred_at),
            [[item.sku, item.position, item.quantity] for item in draft.items],
        ]
    )


def _hash(content: list[object]) -> bytes:
    return hashlib.sha256(fit_to_hash(content)).digest()


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _check_text(errors: dict[str, list[str]], field: str, value: str, most: int, *, needed: bool) -> None:
    if needed and not value.strip():
        errors[field] = ["This is needed."]
    elif len(value) > most:
        errors[field] = [f"At most {most} characters are taken."]
    elif not value.isprintable():
        errors[field] = ["Control characters are not taken."]


def _is_believed(at: datetime) -> bool:
    return at.tzinfo is not None and EARLIEST <= at <= now() + CLOCK_LEEWAY


def _check_instant(errors: dict[str, list[str]], at: datetime | None) -> None:
    if at is None:
        return
    if at.tzinfo is None:
        errors["occurred_at"] = ["A time zone is needed."]
    elif not _is_believed(at):
        errors["occurred_at"] = ["The instant lies in the future or too far in the past."]


def _is_plain_sale(draft: SaleDraft) -> bool:
    """Whether nothing is wrong with a sale, in as few steps as can be: imports check hundreds of thousands."""
    return (
        type(draft.amount_minor) is type(draft.voucher_discount_minor) is type(draft.balance_used_minor) is int
        and 1 <= draft.amount_minor <= MAX_AMOUNT_MINOR
        and draft.voucher_discount_minor >= 0
        and 0 <= draft.balance_used_minor <= draft.amount_minor - draft.voucher_discount_minor
        and len(draft.external_id) <= 100
        and len(draft.channel) <= 20
        and len(draft.payment_method) <= 20
        and f"{draft.external_id}{draft.channel}{draft.payment_method}".isprintable()
        and not (draft.external_id.isspace() or draft.channel.isspace())
        and draft.external_id != "" != draft.channel
        and draft.status in ("confirmed", "pending")
        and (draft.occurred_at is None or _is_believed(draft.occurred_at))
        and len(draft.items) <= MAX_ITEMS
        and all(map(_is_plain, draft.items))
    )


def _is_plain(item: ItemDraft) -> bool:
    """Whether nothing is wrong with a line."""
    return (
        type(item.quantity) is int
        and type(item.unit_minor) is int
        and 1 <= item.quantity <= MAX_QUANTITY
        and 0 <= item.unit_minor <= MAX_AMOUNT_MINOR
        and len(item.sku) <= 100
        and len(item.name) <= 200
        and len(item.category) <= 100
        and f"{item.sku}{item.name}{item.category}".isprintable()
    )


def _check_items(errors: dict[str, list[str]], items: Sequence[ItemDraft]) -> None:
    if len(items) > MAX_ITEMS:
        errors["items"] = [f"At most {MAX_ITEMS} lines are taken."]
        return
    for index, item in enumerate(items):
        if _is_plain(item):
            continue
        if not _whole(item.quantity, 1, MAX_QUANTITY):
            errors[f"items.{index}.quantity"] = [f"A whole number from 1 to {MAX_QUANTITY} is needed."]
        if not _whole(item.unit_minor, 0, MAX_AMOUNT_MINOR):
            errors[f"items.{index}.unit_minor"] = [f"A whole number from 0 to {MAX_AMOUNT_MINOR} is needed."]
        _check_text(errors, f"items.{index}.sku", item.sku, 100, needed=False)
        _check_text(errors, f"items.{index}.name", item.name, 200, needed=False)
        _check_text(errors, f"items.{index}.category", item.category, 100, needed=False)
