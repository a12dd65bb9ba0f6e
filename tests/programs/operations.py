"""Everything that moves value in a small brand, each thing by a key of its own, so that it can be said again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from programs.checkouts.infos import Basket
from programs.checkouts.services import cancel_checkout, commit_checkout, open_checkout
from programs.services import (
    approve_adjustment,
    buy_plan_with_points,
    cancel_sale,
    confirm_sale,
    create_plan,
    grant_plan,
    merge_customers,
    record_participation,
    record_sale,
    record_sales,
    refund_sale,
    request_adjustment,
)
from programs.services.plan_catalogue import PlanTerms
from programs.workers import hand_out_gifts, release_due_awards
from smartbis.kernel.people import Actor
from smartbis.purchases.infos import RefundItemDraft, SaleDraft
from smartbis.tenancy.once import patiently
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import pay_with_balance
from tests.factories import actor, make_brand, make_customer
from tests.programs.earning import lines, of, opened
from tests.vouchers.shop import coupon_of
from vouchers.services import convert_balance, issue_voucher, redeem_voucher, reverse_redemption

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
OWNER, MANAGER = actor("owner"), actor("manager")
ATTENDANT = Actor(kind="staff", id=uuid4(), role="attendant", label="Attendant")
WINE = ("WINE", 2, 1_500)
ARTICLES = (WINE, ("BREAD", 3, 333), ("PLAN", 1, 4_000))


@dataclass(frozen=True)
class Operation:
    """Something done once; `keep` notes what came of it. Said again it changes nothing, if it `repeats`."""

    name: str
    work: Callable[[], Any]
    keep: Callable[[Any], None] = lambda _: None
    repeats: bool = True

    def run(self) -> Any:
        """Do it as a door does: again when it lost to a rival."""
        return patiently(self.work)


@dataclass
class Shop:
    """A brand with limits on everything, and what has been done in it."""

    brand: TenantInfo
    customers: list[UUID]
    coupon: UUID
    started: str
    count: int = 0
    sales: list[UUID] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)
    redemptions: list[UUID] = field(default_factory=list)
    adjustments: list[UUID] = field(default_factory=list)
    quotes: list[UUID] = field(default_factory=list)

    def operation(self, name: str, a: int, b: int, c: int) -> Operation | None:
        """The operation of that name on what three numbers point at; None when there is nothing of the kind yet."""
        self.count += 1
        made: Operation | None = getattr(self, name)(f"{self.started}-{self.count}", a, b, c)
        return made

    def _done(
        self, name: str, service: Callable[..., Any], keep: Any = None, *, repeats: bool = True, **named: Any
    ) -> Operation:
        return Operation(
            f"{name} {named.get('key') or named.get('external_id') or ''}",
            partial(service, tenant=self.brand.id, **named),
            keep or (lambda _: None),
            repeats,
        )

    def _customer(self, a: int) -> UUID:
        return self.customers[a % len(self.customers)]

    def _draft(self, key: str, a: int, b: int, c: int, **given: Any) -> SaleDraft:
        items = ARTICLES[: 1 + c % 3] if c % 2 else ()
        amount = sum(quantity * unit for _, quantity, unit in items) - c % 97 if items else 100 + b % 9_000
        return of(self.brand, self._customer(a), amount, key, items=lines(*items), occurred_at=AT, **given)

    def _keep_sale(self, outcome: Any) -> None:
        if outcome.purchase.id not in self.sales:
            self.sales.append(outcome.purchase.id)

    def sale(self, key: str, a: int, b: int, c: int) -> Operation:
        """A sale, one of four unpaid yet."""
        draft = self._draft(key, a, b, c, status="confirmed" if b % 4 else "pending")
        return self._done("sale", record_sale, self._keep_sale, sale=draft)

    def batch(self, key: str, a: int, b: int, c: int) -> Operation:
        """Three sales in one transaction, of two customers, the last one twice."""
        drafts = [self._draft(f"{key}.{each % 3}", a + each % 2, b, c) for each in range(3)]

        def keep(results: Any) -> None:
            for each in results:
                self._keep_sale(each.outcome)

        return self._done("batch", record_sales, keep, sales=[*drafts, drafts[2]])

    def spend(self, key: str, a: int, b: int, c: int) -> Operation:
        """A sale that is paid with balance."""
        sale = self._draft(key, a, b, c)
        return self._done(
            "spend", pay_with_balance, self._keep_sale, sale=sale, at_most_minor=1 + b % 900, key=key, actor=OWNER
        )

    def quote(self, key: str, a: int, b: int, c: int) -> Operation:
        """A checkout is quoted: with balance, and sometimes with a voucher that is named."""
        basket = Basket(
            customer=self._customer(a),
            store=of(self.brand, None, 1, key).store,
            amount_minor=500 + b % 5_000,
            vouchers=(self.vouchers[b % len(self.vouchers)],) if self.vouchers and c % 2 else (),
            use_balance=("auto", "none", 1 + b % 400)[c % 3],
        )
        return self._done(
            "quote", open_checkout, lambda info: self.quotes.append(info.id), basket=basket, key=key, actor=OWNER
        )

    def commit(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A quote becomes a sale, one of four unpaid yet."""
        if not self.quotes:
            return None
        quote = self.quotes[a % len(self.quotes)]
        named: dict[str, Any] = {"checkout": quote, "external_id": f"Q-{quote}", "actor": OWNER}
        return self._done(
            "commit", commit_checkout, self._keep_sale, status="confirmed" if a % 4 else "pending", **named
        )

    def let_go(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A quote is cancelled."""
        if not self.quotes:
            return None
        return self._done("let_go", cancel_checkout, checkout=self.quotes[a % len(self.quotes)], actor=OWNER)

    def refund(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A refund by amount."""
        if not self.sales:
            return None
        named: dict[str, Any] = {"purchase": self.sales[a % len(self.sales)], "external_id": key, "actor": MANAGER}
        return self._done("refund", refund_sale, amount_minor=1 + b % 4_000, **named)

    def give_back(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A refund by article."""
        if not self.sales:
            return None
        items = (RefundItemDraft(sku=ARTICLES[b % 3][0], quantity=1),)
        purchase = self.sales[a % len(self.sales)]
        return self._done("give_back", refund_sale, purchase=purchase, external_id=key, items=items, actor=MANAGER)

    def confirm(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """An unpaid sale is paid."""
        return self._done("confirm", confirm_sale, purchase=self.sales[a % len(self.sales)]) if self.sales else None

    def cancel(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """An unpaid sale will not be paid."""
        return self._done("cancel", cancel_sale, purchase=self.sales[a % len(self.sales)]) if self.sales else None

    def merge(self, key: str, a: int, b: int, c: int) -> Operation:
        """Two customers become one; a new one comes for it."""
        into, other = self._customer(a), self._customer(b)
        return self._done("merge", merge_customers, into=into, other=other, actor=OWNER)

    def adjust(self, key: str, a: int, b: int, c: int) -> Operation:
        """A correction by hand: small ones at once, large ones ask."""
        amount = (1 + b % 3_000) * (1 if c % 3 else -1)
        return self._done(
            "adjust",
            request_adjustment,
            lambda info: self.adjustments.append(info.id),
            customer=self._customer(a),
            unit=("BRL", "points")[c % 2],
            amount=amount,
            reason="goodwill",
            key=key,
            actor=ATTENDANT,
        )

    def approve(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A second person's approval."""
        if not self.adjustments:
            return None
        adjustment = self.adjustments[a % len(self.adjustments)]
        return self._done("approve", approve_adjustment, repeats=False, adjustment=adjustment, actor=OWNER)

    def convert(self, key: str, a: int, b: int, c: int) -> Operation:
        """Balance becomes a voucher."""
        return self._done(
            "convert",
            convert_balance,
            lambda info: self.vouchers.append(info.code),
            customer=self._customer(a),
            amount_minor=1 + b % 500,
            key=key,
            actor=MANAGER,
        )

    def buy(self, key: str, a: int, b: int, c: int) -> Operation:
        """A coupon's voucher for points."""
        return self._done(
            "buy",
            issue_voucher,
            lambda info: self.vouchers.append(info.code),
            customer=self._customer(a),
            coupon=self.coupon,
            origin="balance",
            key=key,
            actor=MANAGER,
        )

    def redeem(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A voucher is used, perhaps for a sale that comes in later."""
        if not self.vouchers:
            return None
        code = self.vouchers[a % len(self.vouchers)]
        store = of(self.brand, None, 1, key).store
        return self._done(
            "redeem",
            redeem_voucher,
            lambda info: self.redemptions.append(info.id),
            code=code,
            store=store,
            key=key,
            actor=MANAGER,
            customer=self._customer(b),
            amount_minor=100 + c % 2_000,
            external_id=f"{self.started}-{self.count + 1}",
        )

    def reverse(self, key: str, a: int, b: int, c: int) -> Operation | None:
        """A use is taken back."""
        if not self.redemptions:
            return None
        redemption = self.redemptions[a % len(self.redemptions)]
        return self._done(
            "reverse", reverse_redemption, redemption=redemption, reason="mistake", key=key, actor=MANAGER
        )

    def renew(self, key: str, a: int, b: int, c: int) -> Operation:
        """A plan is bought, or goes on, with points or as a gift."""
        named: dict[str, Any] = {"customer": self._customer(a), "plan_key": "socio", "key": key, "actor": OWNER}
        if c % 2:
            return self._done("renew", buy_plan_with_points, periods=1 + b % 2, **named)
        return self._done("renew", grant_plan, reason="goodwill", **named)

    def take_part(self, key: str, a: int, b: int, c: int) -> Operation:
        """Taking part in something."""
        customer = self._customer(a)
        return self._done("take_part", record_participation, customer=customer, kind="event", external_id=key)

    def work(self, key: str, a: int, b: int, c: int) -> Operation:
        """Workers come by: gifts are handed out, return periods end."""
        return self._done("work", release_due_awards if a % 2 else hand_out_gifts, repeats=False)


# fmt: off
OPERATIONS = (
    "sale", "batch", "spend", "quote", "commit", "let_go", "refund", "give_back", "confirm", "cancel", "merge",
    "adjust", "approve", "convert", "buy", "redeem", "reverse", "renew", "take_part", "work",
)
# fmt: on


def open_shop(slug: str, *, people: int = 3) -> Shop:
    """A brand whose programmes have every kind of limit, gift and effect."""
    brand = make_brand(slug, slug.title())
    terms = PlanTerms(name="Sócio", price_points=40, length="months", count=1, skus=("PLAN",))
    create_plan(tenant=brand.id, key="socio", terms=terms, actor=OWNER)
    gift = coupon_of(brand, name="Gift", holder="personal", stock=8)
    opened(
        brand,
        {"limits": {"per_customer": {"week": 900}, "budget_minor": 3_000}, "stacking": {"mode": "best"}},
        {"effect": {"kind": "percentage", "basis_points": 2_500}, "when": {"products": ["WINE"]}, "hold_days": 2,
         "limits": {"per_purchase": 700}, "stacking": {"mode": "best"}},
        {"effect": {"kind": "fixed", "amount": 150}, "when": {"purchases": {"from": 1, "until": 1}},
         "limits": {"times_per_customer": {"life": 1}, "per_rule": {"day": 400}}},
        {"effect": {"kind": "voucher", "coupon": str(gift.id)}, "when": {"minimum_minor": 3_000},
         "limits": {"times_per_customer": {"life": 2}}},
    )  # fmt: skip
    opened(
        brand,
        {"effect": {"kind": "per_unit", "points": 3, "minor": 100}, "limits": {"budget_minor": 700}},
        {"effect": {"kind": "multiplier", "factor_bp": 15_000}, "when": {"products": ["BREAD"]}},
        {"effect": {"kind": "tier_points", "points": 1, "minor": 50}, "limits": {"per_customer": {"month": 300}}},
        {"effect": {"kind": "fixed", "amount": 20}, "when": {"participations": ["event"]},
         "limits": {"per_rule": {"month": 90}}},
        {"effect": {"kind": "plan", "plan": "socio"}, "when": {"minimum_minor": 5_000},
         "limits": {"per_rule": {"life": 3}}},
        kind="points",
        point_value={"points": 3, "minor": 10},
    )  # fmt: skip
    coupon = coupon_of(brand, name="Bought", cost_unit="points", cost_amount=30, stock=6, uses=2)
    customers = [make_customer(brand).id for _ in range(people)]
    return Shop(brand, customers, coupon.id, slug)


def later(days: int) -> datetime:
    """So many days after the start."""
    return AT + timedelta(days=days)
