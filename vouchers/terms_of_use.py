"""By which terms a voucher is used: those its coupon had when it was issued, whatever became of the coupon since."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from vouchers.models import Coupon, CouponTerms, Voucher


@dataclass(frozen=True, kw_only=True)
class TermsOfUse:
    """Where, when, how often and beside what a voucher may be used, and who bears it. `hours` as "HH:MM-HH:MM"."""

    stores: tuple[UUID, ...]
    weekdays: tuple[int, ...]
    hours: tuple[str, ...]
    limit_per_customer: int | None
    limit_per_day: int | None
    uses: int
    stacks_with_vouchers: bool
    stacks_with_balance: bool
    funded_by: str
    grace_days: int
    conditions: str


NAMES = tuple(each.name for each in fields(TermsOfUse))
_LISTS = ("stores", "weekdays", "hours")


def terms_of_coupon(coupon: Coupon) -> TermsOfUse:
    """The terms of vouchers that are issued now."""
    terms = {name: getattr(coupon, name) for name in NAMES}
    return TermsOfUse(**terms | {name: tuple(terms[name]) for name in _LISTS})


def keep_terms(coupon: Coupon, *, before: TermsOfUse, at: datetime) -> None:
    """Write down what vouchers issued before `at` are used by, if the coupon says something else now.

    The caller holds the coupon's row, so that every voucher issued by the old terms is committed and older, and saves
    it afterwards.
    """
    if terms_of_coupon(coupon) == before:
        return
    CouponTerms.objects.create(tenant_id=coupon.tenant_id, coupon=coupon, until=at, terms=_as_json(before))
    coupon.terms_since = at


def terms_of(voucher: Voucher) -> TermsOfUse:
    """The terms of one voucher; `voucher.coupon` is joined by the caller. A query only where the coupon changed."""
    return terms_of_many([voucher])[voucher.id]


def terms_of_many(vouchers: Sequence[Voucher]) -> dict[UUID, TermsOfUse]:
    """The terms of each voucher by its id, with at most one query."""
    old = {row.coupon_id for row in vouchers if _is_older(row)}
    kept = _kept(old) if old else {}
    today: dict[UUID, TermsOfUse] = {}
    found = {}
    for row in vouchers:
        then = next((terms for until, terms in kept.get(row.coupon_id, ()) if row.issued_at < until), None)
        if then is None:
            then = today.setdefault(row.coupon_id, terms_of_coupon(row.coupon))
        found[row.id] = then
    return found


def _is_older(voucher: Voucher) -> bool:
    since = voucher.coupon.terms_since
    return since is not None and voucher.issued_at < since


def _kept(coupons: Iterable[UUID]) -> dict[UUID, list[tuple[datetime, TermsOfUse]]]:
    found: dict[UUID, list[tuple[datetime, TermsOfUse]]] = {}
    for row in CouponTerms.objects.filter(coupon_id__in=list(coupons)).order_by("coupon_id", "until"):
        found.setdefault(row.coupon_id, []).append((row.until, _from_json(row.terms)))
    return found


def _as_json(terms: TermsOfUse) -> dict[str, Any]:
    return asdict(terms) | {"stores": [str(store) for store in terms.stores]}


def _from_json(kept: dict[str, Any]) -> TermsOfUse:
    terms = kept | {name: tuple(kept[name]) for name in _LISTS}
    return TermsOfUse(**terms | {"stores": tuple(UUID(store) for store in kept["stores"])})
