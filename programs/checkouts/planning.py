"""What a quote would use, and why: read and reckoned under the locks, before anything is held."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.checkouts.combining import Benefit, Combination, balance_room, best_combination
from programs.checkouts.infos import MOST_VOUCHERS, Basket, ExpectedAward, Line, UseInfo
from programs.checkouts.terms import saves_balance, till_terms
from programs.errors import BalanceNotUsable
from programs.infos import AwardInfo
from programs.rules import Spending
from programs.rules.spec import MAX_BASIS_POINTS
from programs.rules.spending import Obstacle
from programs.selectors.catalogue import rules_in_force
from programs.selectors.spending import spending_rules, usable_on
from programs.services.facts import sale_occasions
from programs.services.rewards import expected
from programs.services.spending import refusal_of_obstacle
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.ledger.errors import InsufficientBalance
from smartbis.purchases.infos import ItemInfo, PurchaseInfo
from smartbis.tenancy.selectors import get_store, get_tenant, stores
from vouchers.errors import REFUSALS
from vouchers.selectors import (
    BalanceTaken,
    CheckoutVoucher,
    balance_may_help,
    balance_taken,
    found_at_checkout,
    named_at_checkout,
    redemptions_for_sale,
)


@dataclass(frozen=True)
class Plan:
    """What a quote holds and says. `before_minor` was taken off by vouchers used under the sale's number already."""

    before_minor: int
    uses: tuple[UseInfo, ...]
    balance_minor: int
    lines: tuple[Line, ...]
    earns: tuple[ExpectedAward, ...]

    @property
    def discount_minor(self) -> int:
        """What vouchers take off in all."""
        return self.before_minor + sum(use.discount_minor for use in self.uses)


@dataclass
class _Wish:
    """A quote in the making. `is_strict`: what was named and cannot be used refuses, instead of being left out.

    `taken` is what vouchers made of balance took off the sale before.
    """

    tenant: UUID
    basket: Basket
    customer: UUID | None
    available_minor: int
    actor: Actor
    is_strict: bool
    currency: str
    rules: Spending
    taken: BalanceTaken
    lines: list[Line] = field(default_factory=list)

    def say(self, line: str, /, **facts: Any) -> None:
        self.lines.append(Line(line, facts))

    @property
    def is_order(self) -> bool:
        """Whether exactly so much balance is to be used, or nothing at all."""
        return self.is_strict and isinstance(self.basket.use_balance, int)

    def balance_room(self, share_bp: int) -> int | None:
        """Minor units of the sale that balance may still pay by a share of it; None where that is the whole sale."""
        share = min(share_bp, self.taken.share_bp)
        if share >= MAX_BASIS_POINTS:
            return None
        return self.basket.amount_minor * share // MAX_BASIS_POINTS - self.taken.discount_minor


def plan_quote(
    *, tenant: UUID, basket: Basket, customer: UUID | None, available_minor: int, actor: Actor, is_strict: bool
) -> Plan:
    """Find what is best used on the sale; `available_minor` is the customer's balance, which the caller has locked.

    Inside the tenant's scope. Raises VoucherNotFound, and, if `is_strict`, a VoucherRefused, BalanceNotUsable or
    InsufficientBalance for what was named and cannot be used.
    """
    currency, rules = get_tenant(tenant=tenant).currency, spending_rules(tenant=tenant)
    taken = balance_taken(tenant=tenant, store=basket.store, external_id=basket.external_id)
    wish = _Wish(tenant, basket, customer, available_minor, actor, is_strict, currency, rules, taken)
    before = _used_before(wish)
    offered = {each.voucher.id: each for each in _vouchers(wish)}
    most = _usable_balance(wish)
    benefits = {id: _benefit(wish, each) for id, each in offered.items()}
    room = wish.balance_room(rules.maximum_share_bp)
    found = best_combination(
        basket.amount_minor - before, list(benefits.values()), balance_minor=most, balance_room_minor=room
    )
    uses = tuple(_use(offered[use.benefit.id], use.left_minor, use.discount_minor) for use in found.uses)
    _explain(wish, offered, benefits, found)
    _explain_balance(wish, found, most)
    plan = Plan(before, uses, found.balance_minor, tuple(wish.lines), ())
    return replace(plan, earns=_expected(wish, plan))


def _used_before(wish: _Wish) -> int:
    basket = wish.basket
    if not basket.external_id:
        return 0
    used = redemptions_for_sale(tenant=wish.tenant, store=basket.store, external_id=basket.external_id)
    before = min(basket.amount_minor, sum(each.discount_minor for each in used))
    if before:
        wish.say("used_before", amount=before)
    return before


def _vouchers(wish: _Wish) -> list[CheckoutVoucher]:
    basket = wish.basket
    asked: dict[str, Any] = {
        "tenant": wish.tenant,
        "store": basket.store,
        "amount_minor": basket.amount_minor,
        "external_id": basket.external_id,
        "actor": wish.actor,
    }
    if basket.vouchers is None:
        if wish.customer is None:
            return []
        return found_at_checkout(**asked, customer=wish.customer, limit=MOST_VOUCHERS)
    named = named_at_checkout(**asked, codes=basket.vouchers, customer=wish.customer)
    usable = []
    for each in named:
        if not each.reasons:
            usable.append(each)
            continue
        reason = each.reasons[0]
        if wish.is_strict:
            raise REFUSALS[reason.code](reason.message, **reason.params)
        wish.say("voucher_left_out", name=each.voucher.coupon_name, code=each.voucher.code, message=reason.message)
    return usable


def _usable_balance(wish: _Wish) -> int:
    """How much of the balance may be used on this sale, in minor units, and in the lines why not more."""
    wanted = _wanted_balance(wish)
    basket = wish.basket
    if not wanted:
        return 0
    named: dict[str, Any] = {"tenant": wish.tenant, "store": basket.store, "external_id": basket.external_id}
    if basket.external_id and not balance_may_help(**named):
        wish.say("balance_not_with_voucher", available=wish.available_minor)
        return 0
    found = usable_on(
        tenant=wish.tenant,
        rules=wish.rules,
        available_minor=wish.available_minor,
        sale_minor=basket.amount_minor,
        store=basket.store,
        items=basket.items,
    )
    obstacles, most = found.obstacles, found.amount_minor
    if get_store(tenant=wish.tenant, store=basket.store).kind == "partner":
        obstacles, most = ("store_excluded",), 0  # as vouchers that are made of balance
    if most < wanted and obstacles:
        _tell_obstacle(wish, obstacles[-1], most)
    return min(wanted, most)


def _wanted_balance(wish: _Wish) -> int:
    """How much of the balance is asked for, at most what there is."""
    asked, available = wish.basket.use_balance, wish.available_minor
    if isinstance(asked, int):
        if wish.customer is None:
            raise InvalidInput({"customer": ["Balance is used by somebody."]})
        if asked > available and wish.is_strict:
            raise InsufficientBalance(unit=wish.currency, available=available, wanted=asked)
        return min(asked, available)
    if wish.customer is None or not available:
        return 0
    if asked == "most":
        return available
    if asked == "none":
        wish.say("balance_not_asked", available=available)
    elif saves_balance(tenant=wish.tenant, customer=wish.customer):
        wish.say("balance_saved", available=available)
    elif asked is None and not till_terms(tenant=wish.tenant).uses_balance:
        wish.say("balance_not_asked", available=available)
    else:
        return available
    return 0


def _tell_obstacle(wish: _Wish, obstacle: Obstacle, most: int) -> None:
    refusal = _refusal(wish, obstacle, most)
    if wish.is_order:
        raise refusal
    wish.say("balance_limited", code=refusal.code, **refusal.params)


def _refusal(wish: _Wish, obstacle: Obstacle, most: int) -> BalanceNotUsable:
    return refusal_of_obstacle(
        wish.rules,
        obstacle,
        available_minor=wish.available_minor,
        sale_minor=wish.basket.amount_minor,
        most_minor=most,
        currency=wish.currency,
    )


def _benefit(wish: _Wish, each: CheckoutVoucher) -> Benefit:
    voucher, share = each.voucher, each.balance_share_bp
    is_money = voucher.kind in ("amount", "percentage")
    return Benefit(
        id=voucher.id,
        coupon=voucher.coupon_id,
        kind=cast(Literal["amount", "percentage"], voucher.kind) if is_money else "thing",
        value_minor=each.worth_minor,
        value_bp=voucher.value_bp or 0,
        ceiling_minor=voucher.max_discount_minor,
        gives_change=each.rest_stays,
        is_named=wish.basket.vouchers is not None,
        stacks_with_vouchers=each.stacks_with_vouchers,
        stacks_with_balance=each.stacks_with_balance,
        uses_free=each.uses_free,
        is_balance=share is not None,
        balance_room_minor=None if share is None else wish.balance_room(share),
        ends=voucher.valid_until.timestamp() if voucher.valid_until else float("inf"),
    )


def _use(each: CheckoutVoucher, left: int, discount: int) -> UseInfo:
    voucher = each.voucher
    return UseInfo(
        voucher_id=voucher.id,
        code=voucher.code,
        name=voucher.coupon_name,
        kind=voucher.kind,
        value_sku=voucher.value_sku,
        left_minor=left,
        discount_minor=discount,
    )


def _explain(
    wish: _Wish, offered: dict[UUID, CheckoutVoucher], benefits: dict[UUID, Benefit], found: Combination
) -> None:
    """A line for each voucher, used or not."""
    chosen = {use.benefit.id: use for use in found.uses}
    for use in found.uses:
        each = offered[use.benefit.id].voucher
        wish.say("voucher", name=each.coupon_name, code=each.code, amount=use.discount_minor, kind=each.kind)
    for left_out in (each for each in offered.values() if each.voucher.id not in chosen):
        why = _why_not(left_out, [offered[place] for place in chosen])
        if balance_room([benefits[place] for place in (*chosen, left_out.voucher.id)], None) < 0:
            why = "share_reached"
        wish.say(why, name=left_out.voucher.coupon_name, code=left_out.voucher.code)


def _explain_balance(wish: _Wish, found: Combination, most: int) -> None:
    """What balance pays, and why not more, though the rules let it pay `most`."""
    if found.balance_minor:
        wish.say("balance", amount=found.balance_minor, available=wish.available_minor)
    elif most and not found.due_minor:
        wish.say("balance_not_needed", available=wish.available_minor)
    if not found.due_minor or found.balance_minor == most:
        return
    if not all(use.benefit.stacks_with_balance for use in found.uses):
        wish.say("balance_not_with_voucher", available=wish.available_minor)
    elif wish.is_order:
        raise _refusal(wish, "share_of_sale", found.balance_minor)
    else:
        wish.say("balance_share_reached")


def _why_not(left_out: CheckoutVoucher, chosen: list[CheckoutVoucher]) -> str:
    """Why a voucher that could be used is not."""
    if chosen and not all(each.stacks_with_vouchers for each in (left_out, *chosen)):
        return "not_together"
    same = sum(each.voucher.coupon_id == left_out.voucher.coupon_id for each in chosen)
    if left_out.uses_free is not None and same >= left_out.uses_free:
        return "limit_reached"
    return "not_needed"


def _expected(wish: _Wish, plan: Plan) -> tuple[ExpectedAward, ...]:
    """What the sale would earn now, by the rules in force."""
    if wish.customer is None:
        return ()
    codes = {store.id: store.code for store in stores(tenant=wish.tenant, active_only=False)}
    zone = ZoneInfo(get_tenant(tenant=wish.tenant).timezone)
    book = rules_in_force(tenant=wish.tenant)
    sale = _as_if_sold(wish, wish.customer, plan)
    (occasion,) = sale_occasions(wish.tenant, [sale], stores=codes, zone=zone, needs=book.needs)
    return tuple(_expected_award(each) for each in expected(wish.tenant, book, occasion))


def _expected_award(award: AwardInfo) -> ExpectedAward:
    return ExpectedAward(award.program, award.unit, award.amount, award.status, award.available_at)


def _as_if_sold(wish: _Wish, customer: UUID, plan: Plan) -> PurchaseInfo:
    basket, instant = wish.basket, now()
    return PurchaseInfo(
        id=new_id(),
        customer_id=customer,
        store_id=basket.store,
        external_id=basket.external_id,
        status="confirmed",
        amount_minor=basket.amount_minor,
        paid_minor=basket.amount_minor - plan.discount_minor - plan.balance_minor,
        voucher_discount_minor=plan.discount_minor,
        balance_used_minor=plan.balance_minor,
        refunded_minor=0,
        currency=wish.currency,
        occurred_at=instant,
        recorded_at=instant,
        channel=basket.channel,
        items=_numbered(basket.items),
    )


def _numbered(items: Sequence[Any]) -> tuple[ItemInfo, ...]:
    return tuple(
        ItemInfo(new_id(), place, item.sku, item.name, item.category, item.quantity, item.unit_minor)
        for place, item in enumerate(items)
    )
