"""What decides whether a voucher may be used, or a coupon be had: pure functions over facts.

The statement in `sql/take_use.sql` says the same in SQL for the plain cases, and repeats what can become scarce;
both are tried on the same cases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from smartbis.kernel.money import half_up

DAY_MINUTES = 24 * 60


class Terms(Protocol):
    """What a voucher says of itself; the model and the info both do."""

    kind: str
    status: str
    currency: str
    value_minor: int | None
    value_left_minor: int | None
    value_bp: int | None
    max_discount_minor: int | None
    min_purchase_minor: int | None
    customer_id: UUID | None
    is_personal: bool
    uses_left: int
    valid_from: datetime
    valid_until: datetime | None
    is_next_sale_only: bool


@dataclass(frozen=True, kw_only=True)
class Use:
    """A use that is asked for. `at_local` is the moment in the tenant's zone; `sale` the sale's number or empty.

    `at_door` says that an event's check-in asks.
    """

    at: datetime
    at_local: datetime
    store: UUID
    is_partner_store: bool
    customer: UUID | None = None
    amount_minor: int | None = None
    sale: str = ""
    hold: UUID | None = None
    amount_is_final: bool = True
    at_door: bool = False


@dataclass(frozen=True)
class GivingSale:
    """The sale that gave a voucher, and the local day on which it did."""

    store: UUID | None
    external_id: str
    issued_local: datetime

    def is_same_sale(self, use: Use) -> bool:
        """Whether a use belongs to the sale that gave the voucher.

        A use that names its sale is compared by number; one that names none counts as the same visit on the day of
        issue, as long as a sale gave the voucher at all.
        """
        if not self.external_id:
            return False
        if use.sale:
            return use.sale == self.external_id and use.store == self.store
        return use.at_local.date() == self.issued_local.date()


Found = tuple[str, dict[str, Any]]


def discount_of(terms: Terms, amount_minor: int | None) -> int | None:
    """Minor units that the voucher takes off a sale; None when that needs the sale's amount.

    A percentage rounds half-up to the minor unit and stops at the ceiling; what is used in parts gives what is left;
    nothing takes off more than the sale.
    """
    if terms.kind == "amount":
        value = (terms.value_minor or 0) if terms.value_left_minor is None else terms.value_left_minor
        return value if amount_minor is None else min(value, amount_minor)
    if terms.kind == "percentage":
        if amount_minor is None:
            return None
        off = min(half_up(amount_minor * (terms.value_bp or 0), 10_000), amount_minor)
        return off if terms.max_discount_minor is None else min(off, terms.max_discount_minor)
    return 0


def is_judged_by_amount(terms: Terms) -> bool:
    """Whether a use cannot be judged without the sale's amount: a share, a part, or a minimum."""
    is_part = terms.kind == "percentage" or terms.value_left_minor is not None
    return is_part or terms.min_purchase_minor is not None


class Costing(Protocol):
    """What says how much one use can cost."""

    @property
    def kind(self) -> str: ...
    @property
    def value_minor(self) -> int | None: ...
    @property
    def max_discount_minor(self) -> int | None: ...


def greatest_cost(draft: Costing) -> int | None:
    """The most one use can cost the brand, in minor units; None when it has no bound."""
    return draft.max_discount_minor if draft.kind == "percentage" else draft.value_minor


def against_use(
    voucher: Terms,
    *,
    hold: tuple[UUID | None, datetime | None],
    given_by: GivingSale,
    where: tuple[Sequence[UUID], Sequence[int], Sequence[tuple[str, str]]],
    use: Use,
    excluded: Sequence[UUID] = (),
) -> Iterator[Found]:
    """Every reason against this use, the most telling first. `where` is the coupon's stores, weekdays, hours.

    `excluded` are stores that do not take this very voucher.
    """
    stores, weekdays, hours = where
    yield from _against_state(voucher, use)
    yield from _against_hold(hold, use)
    if voucher.kind == "entry" and not use.at_door:
        yield "entry_needs_check_in", {}
    if voucher.is_personal and voucher.customer_id != use.customer:
        yield "voucher_wrong_customer", {"is_named": use.customer is not None}
    if use.store in excluded or not takes_store(stores, use.store, is_partner=use.is_partner_store):
        yield "voucher_wrong_store", {"stores": list(stores), "excluded": list(excluded)}
    if not is_open(weekdays, hours, use.at_local):
        yield "voucher_wrong_time", {"weekdays": list(weekdays), "hours": [list(pair) for pair in hours]}
    if voucher.is_next_sale_only and given_by.is_same_sale(use):
        yield "voucher_not_yet_valid", {"next_sale": True}
    minimum = voucher.min_purchase_minor
    if minimum and (use.amount_minor is not None or use.amount_is_final) and (use.amount_minor or 0) < minimum:
        missing = minimum - (use.amount_minor or 0)
        yield (
            "voucher_below_minimum",
            {"minimum_minor": minimum, "missing_minor": missing, "currency": voucher.currency},
        )


def _against_state(voucher: Terms, use: Use) -> Iterator[Found]:
    if voucher.status == "cancelled":
        yield "voucher_cancelled", {}
    elif voucher.status == "redeemed":
        yield "voucher_already_redeemed", {}
    elif voucher.status == "lapsed" or (voucher.valid_until is not None and voucher.valid_until <= use.at):
        yield "voucher_expired", {"until": iso(voucher.valid_until)}
    elif voucher.valid_from > use.at:
        yield "voucher_not_yet_valid", {"from": iso(voucher.valid_from)}


def _against_hold(hold: tuple[UUID | None, datetime | None], use: Use) -> Iterator[Found]:
    held_by, held_until = hold
    if held_by is not None and held_by != use.hold and held_until is not None and held_until > use.at:
        yield "voucher_held", {"until": iso(held_until)}


def takes_store(stores: Sequence[UUID], store: UUID, *, is_partner: bool) -> bool:
    """Whether a coupon is good in a store: a named one, or any but a partner's when none is named."""
    return store in stores if stores else not is_partner


def is_open(weekdays: Sequence[int], hours: Sequence[tuple[str, str]], local: datetime) -> bool:
    """Whether a local moment falls in the weekdays (ISO) and windows; what runs over midnight belongs to its eve."""
    if not hours:
        return not weekdays or local.isoweekday() in weekdays
    minute = local.hour * 60 + local.minute
    eve = (local - timedelta(days=1)).isoweekday()
    for start, end in ((minute_of(start), minute_of(end)) for start, end in hours):
        runs_over = end <= start
        if start <= minute < (DAY_MINUTES if runs_over else end) and (not weekdays or local.isoweekday() in weekdays):
            return True
        if runs_over and minute < end and (not weekdays or eve in weekdays):
            return True
    return False


def minute_of(text: str) -> int:
    """The minute of the day that "HH:MM" names, "24:00" included. Raises ValueError."""
    hour, _, minute = text.partition(":")
    if not (len(hour) == len(minute) == 2 and hour.isdigit() and minute.isdigit()):
        raise ValueError(text)
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > DAY_MINUTES:
        raise ValueError(text)
    return total


def iso(instant: datetime | None) -> str | None:
    """An instant as text for events and answers."""
    return None if instant is None else instant.isoformat()
