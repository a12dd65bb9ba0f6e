"""Coupons, vouchers and tills for tests."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.errors import DomainError
from smartbis.ledger.accounts import Account
from smartbis.ledger.models import HolderBalance, Transfer
from smartbis.ledger.selectors import balances
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.outbox.models import Event
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of
from vouchers import models
from vouchers.infos import CouponDraft, CouponInfo, RedemptionInfo, VoucherInfo
from vouchers.services import create_coupon, issue_voucher, redeem_voucher

NOON = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)  # a Wednesday, 12:00 in São Paulo
MANAGER, OPERATOR = actor("manager"), actor("operator")


def coupon_of(brand: TenantInfo, **terms: Any) -> CouponInfo:
    """A live coupon of R$ 10 off that whoever brings it may use, unless said otherwise."""
    named: dict[str, Any] = {"name": "Dez reais", "kind": "amount", "value_minor": 1000} | terms
    return create_coupon(tenant=brand.id, draft=CouponDraft(**named), actor=MANAGER)


def issued(brand: TenantInfo, coupon: CouponInfo, customer: CustomerInfo | None = None, **more: Any) -> VoucherInfo:
    """A voucher given by hand, unless said otherwise."""
    facts: dict[str, Any] = {"origin": "manual", "key": uuid4().hex, "actor": MANAGER} | more
    return issue_voucher(tenant=brand.id, customer=customer.id if customer else None, coupon=coupon.id, **facts)


def redeemed(brand: TenantInfo, voucher: VoucherInfo, **more: Any) -> RedemptionInfo:
    """A use at the store `centro` by an operator, unless said otherwise."""
    facts: dict[str, Any] = {"store": store_of(brand).id, "key": uuid4().hex, "actor": OPERATOR} | more
    return redeem_voucher(tenant=brand.id, code=voucher.code, **facts)


def give(brand: TenantInfo, customer: CustomerInfo, amount: int, unit: str = "BRL") -> None:
    """Put something on the customer's balance."""
    with tenant_scope(brand.id):
        holder = lock_holder(tenant=brand.id, customer=customer.id)
        earn = Move(unit=unit, debit=Account.ISSUED, credit=Account.AVAILABLE, amount=amount, kind="earn")
        post(tenant=brand.id, holder=holder, moves=[earn])


def available(brand: TenantInfo, customer: CustomerInfo, unit: str = "BRL") -> int:
    """What the customer can spend."""
    return {row.unit: row.available for row in balances(tenant=brand.id, customer=customer.id)}.get(unit, 0)


def account(brand: TenantInfo, name: Account, unit: str = "BRL") -> int:
    """The sum of one of the brand's own accounts: what came in less what went out."""
    with tenant_scope(brand.id):
        moves = list(Transfer.objects.filter(unit=unit).values_list("debit", "credit", "amount"))
    return sum(amount * ((credit == name) - (debit == name)) for debit, credit, amount in moves)


def events_of(brand: TenantInfo, name: str) -> list[dict[str, Any]]:
    """The payloads of the brand's events of one name, oldest first."""
    with tenant_scope(brand.id):
        return list(Event.objects.filter(name=name).order_by("id").values_list("payload", flat=True))


def everything(*brands: TenantInfo) -> dict[str, Any]:
    """All that this room, the ledger and the outbox hold of the brands, to prove that nothing changed."""
    tables = (
        models.Coupon,
        models.CouponShard,
        models.CouponTaker,
        models.Voucher,
        models.Redemption,
        models.Reversal,
        Transfer,
        HolderBalance,
        Event,
    )
    held: dict[str, Any] = {}
    for brand in brands:
        with tenant_scope(brand.id):
            for table in tables:
                held[f"{brand.slug} {table.__name__}"] = list(table.objects.order_by("id").values())
    return held


def at_once(works: Iterable[Callable[[], Any]]) -> Counter[str]:
    """Run all works in threads of their own from one starting signal; count `done` and the codes of refusals.

    Anything else that goes wrong is counted under its class name, so that no count can come out right by accident.
    """
    jobs = list(works)
    start = threading.Barrier(len(jobs))
    outcomes: list[str] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            start.wait(30)
            work()
            outcomes.append("done")
        except DomainError as refusal:
            outcomes.append(refusal.code)
        except Exception as fault:
            outcomes.append(f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()

    # Each thread gets a copy of the context, so that a frozen clock holds there too.
    threads = [threading.Thread(target=copy_context().run, args=(run, job)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(outcomes)
