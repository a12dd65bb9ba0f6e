"""The whole life of vouchers, drawn by hypothesis, beside a model that fits on a page; with the ledger's accounts.

A voucher is issued, held by a quote, let go, committed, redeemed, reversed, lapsed, cancelled, refunded with its sale;
those that are used in parts give a part. The model says what each answer must be, and what every account then holds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from programs.checkouts.services import cancel_checkout
from programs.services import refund_sale
from programs.workers import release_expired_checkouts
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import check_ledger
from tests.checkouts.quoting import OPERATOR, committed, quoted
from tests.factories import make_brand, make_customer
from tests.programs.earning import held
from tests.vouchers.shop import MANAGER, NOON, account, coupon_of, give, issued, redeemed
from vouchers.selectors import get_voucher
from vouchers.services import cancel_voucher, lapse_voucher, reverse_redemption

PRICE, VALUE, SALE = 600, 1_000, 10_000
START, TERM, HOLD = 20_000, timedelta(minutes=40), timedelta(minutes=10)
KINDS = ("once", "twice", "parts")
_slugs = count(1)


@dataclass
class Use:
    """A use that stands: what it took off, what of the price it used, and the sale it is on."""

    redemption: UUID | None
    discount: int
    paid: int
    purchase: UUID | None = None


@dataclass
class Ticket:
    """A voucher as the model knows it."""

    id: UUID
    code: str
    kind: str
    ends: datetime
    status: str = "issued"
    uses_left: int = 1
    left: int = VALUE
    paid_left: int = PRICE
    uses: list[Use] = field(default_factory=list)
    quote: Any = None
    held_until: datetime | None = None
    balance_held: int = 0


class VoucherMachine(RuleBasedStateMachine):
    """One customer's bought vouchers in one brand; another brand looks on."""

    @initialize()
    def open(self) -> None:
        number = next(_slugs)
        self.now = NOON
        with frozen(self.now):
            self.brand, self.other = (make_brand(f"{name}-v{number}", name.title()) for name in ("aurora", "boreal"))
            self.person, stranger = make_customer(self.brand), make_customer(self.other)
            self.coupons = {kind: self._coupon(kind) for kind in KINDS}
            give(self.brand, self.person, START)
            give(self.other, stranger, START)
        self.tickets: list[Ticket] = []
        # sales that stand, with the use and the balance on each
        self.sold: dict[UUID, tuple[Ticket, Use, int]] = {}
        self.available = START
        self.redeemed = 0

    def _coupon(self, kind: str) -> Any:
        of_kind: dict[str, dict[str, Any]] = {"twice": {"uses": 2}, "parts": {"is_divisible": True}}
        terms = of_kind.get(kind, {})
        return coupon_of(self.brand, name=kind, cost_unit="BRL", cost_amount=PRICE, grace_days=0, **terms)

    def _try(self, work: Callable[[], Any]) -> Any:
        """What it answers, or the code it is refused with."""
        with frozen(self.now):
            try:
                return work()
            except DomainError as refusal:
                note(refusal.code)
                return refusal.code

    def _one(self, which: int) -> Ticket:
        return self.tickets[which % len(self.tickets)]

    def _refusal(self, ticket: Ticket, *, own_hold: bool = False) -> str | None:
        """The code with which a use is refused now; None where it must succeed."""
        if ticket.status != "issued":
            return {"redeemed": "voucher_already_redeemed", "cancelled": "voucher_cancelled"}.get(
                ticket.status, "voucher_expired"
            )
        if ticket.ends <= self.now and not own_hold:
            return "voucher_expired"
        return "voucher_held" if self._is_held(ticket) and not own_hold else None

    def _is_held(self, ticket: Ticket) -> bool:
        return ticket.held_until is not None and ticket.held_until > self.now

    # -- what can happen ----------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.tickets) < 4)
    @rule(kind=some.sampled_from(KINDS))
    def issue(self, kind: str) -> None:
        """Bought from the balance."""
        end = self.now + TERM
        bought = {"origin": "balance", "valid_until": end}
        told = self._try(lambda: issued(self.brand, self.coupons[kind], self.person, **bought))
        if self.available < PRICE:
            assert told == "insufficient_balance"
            return
        self.available -= PRICE
        self.tickets.append(Ticket(told.id, told.code, kind, end, uses_left=2 if kind == "twice" else 1))

    @precondition(lambda self: self.tickets)
    @rule(which=some.integers(0, 3), amount=some.sampled_from([400, SALE]))
    def redeem(self, which: int, amount: int) -> None:
        """Used at a till, without a checkout."""
        ticket = self._one(which)
        facts: dict[str, Any] = {"customer": self.person.id, "amount_minor": amount}
        told = self._try(lambda: redeemed(self.brand, self._info(ticket), **facts))
        refusal = self._refusal(ticket)
        if refusal:
            assert told == refusal
            return
        assert told.discount_minor == self._take(ticket, amount, told.id).discount

    def _take(self, ticket: Ticket, amount: int, redemption: UUID | None) -> Use:
        """A use in the model: half of the price for one of two, in proportion for a part."""
        if ticket.kind == "parts":
            discount = min(ticket.left, amount)
            ticket.left -= discount
            paid_after = min(ticket.paid_left, round(PRICE * ticket.left / VALUE))
            ticket.uses_left = 1 if ticket.left else 0
        else:
            discount = min(VALUE, amount)
            ticket.uses_left -= 1
            paid_after = PRICE * ticket.uses_left // (2 if ticket.kind == "twice" else 1)
        use = Use(redemption, discount, ticket.paid_left - paid_after)
        ticket.paid_left = paid_after
        ticket.status = "issued" if ticket.uses_left else "redeemed"
        ticket.quote = ticket.held_until = None
        ticket.uses.append(use)
        self.redeemed += use.paid
        return use

    @precondition(lambda self: self.tickets)
    @rule(which=some.integers(0, 3), balance=some.sampled_from([0, 500]))
    def hold(self, which: int, balance: int) -> None:
        """Quoted, with some balance beside it."""
        ticket = self._one(which)
        wish: Any = balance if balance and self.available >= balance else "none"
        told = self._try(lambda: quoted(self.brand, self.person, SALE, vouchers=(ticket.code,), use_balance=wish))
        refusal = self._refusal(ticket)
        if refusal:
            assert told == refusal
            return
        self._sweep(only_expired=True)
        ticket.quote, ticket.held_until = told, self.now + HOLD
        ticket.balance_held = told.balance_minor
        self.available -= told.balance_minor

    @precondition(lambda self: any(each.quote for each in self.tickets))
    @rule(which=some.integers(0, 3))
    def release(self, which: int) -> None:
        """The quote is cancelled."""
        ticket = [each for each in self.tickets if each.quote][which % sum(bool(each.quote) for each in self.tickets)]
        self._try(lambda: cancel_checkout(tenant=self.brand.id, checkout=ticket.quote.id, actor=OPERATOR))
        self._forget_quote(ticket)

    def _forget_quote(self, ticket: Ticket) -> None:
        self.available += ticket.balance_held
        ticket.quote, ticket.held_until, ticket.balance_held = None, None, 0

    @precondition(lambda self: any(each.quote for each in self.tickets))
    @rule(which=some.integers(0, 3))
    def commit(self, which: int) -> None:
        """The quote becomes a sale, which uses the voucher even if it has ended meanwhile."""
        ticket = [each for each in self.tickets if each.quote][which % sum(bool(each.quote) for each in self.tickets)]
        quote, balance = ticket.quote, ticket.balance_held
        told = self._try(lambda: committed(self.brand, quote))
        if not self._is_held(ticket):
            assert told == "checkout_expired"
            return
        use = self._take(ticket, SALE, None)
        use.purchase = told.purchase.id
        ticket.balance_held = 0
        self.redeemed += balance
        assert told.purchase.paid_minor == SALE - use.discount - balance
        self.sold[told.purchase.id] = (ticket, use, balance)

    @precondition(lambda self: self.sold)
    @rule(which=some.integers(0, 5))
    def refund(self, which: int) -> None:
        """A sale is refunded whole: its voucher and its balance come back."""
        purchase = list(self.sold)[which % len(self.sold)]
        ticket, use, balance = self.sold.pop(purchase)
        facts: dict[str, Any] = {"tenant": self.brand.id, "purchase": purchase, "actor": MANAGER}
        self._try(lambda: refund_sale(external_id="whole", amount_minor=SALE, **facts))
        self.available += balance
        self.redeemed -= balance
        self._give_back(ticket, use)

    @precondition(lambda self: any(use.redemption for each in self.tickets for use in each.uses))
    @rule(which=some.integers(0, 9))
    def reverse(self, which: int) -> None:
        """A use at a till is taken back; a second time it is refused."""
        uses = [(each, use) for each in self.tickets for use in each.uses if use.redemption]
        ticket, use = uses[which % len(uses)]
        named: dict[str, Any] = {"tenant": self.brand.id, "redemption": use.redemption, "reason": "x", "actor": MANAGER}
        self._try(lambda: reverse_redemption(key=uuid4().hex, **named))
        self._give_back(ticket, use)
        assert self._try(lambda: reverse_redemption(key=uuid4().hex, **named)) == "redemption_already_reversed"

    def _give_back(self, ticket: Ticket, use: Use) -> None:
        """The use is as if it had not been; a cancelled voucher's price goes back to the balance."""
        ticket.uses.remove(use)
        self.redeemed -= use.paid
        if ticket.status == "cancelled":
            self.available += use.paid
            return
        was_lapsed = ticket.status == "lapsed"
        ticket.paid_left += use.paid
        if ticket.kind == "parts":
            ticket.left = use.discount if was_lapsed else ticket.left + use.discount
            ticket.uses_left = 1
        else:
            ticket.uses_left = 1 if was_lapsed else ticket.uses_left + 1
        ticket.status = "issued"
        with frozen(self.now):
            end = self._info(ticket).valid_until
        assert end is not None
        ticket.ends = end

    @precondition(lambda self: self.tickets)
    @rule(which=some.integers(0, 3))
    def cancel(self, which: int) -> None:
        """Taken back by the brand: what is left of its price returns."""
        ticket = self._one(which)
        named: dict[str, Any] = {"tenant": self.brand.id, "voucher": ticket.id, "reason": "x", "actor": MANAGER}
        told = self._try(lambda: cancel_voucher(**named))
        refusal = self._refusal(ticket)
        if ticket.status == "issued" and self._is_held(ticket):
            refusal = "voucher_held"
        if refusal:
            assert told == refusal, (told, refusal)
            return
        self._end(ticket, "cancelled")

    def _end(self, ticket: Ticket, status: str) -> None:
        self.available += ticket.paid_left
        ticket.paid_left, ticket.status = 0, status
        if ticket.held_until is not None and not self._is_held(ticket):
            ticket.held_until = None

    @precondition(lambda self: self.tickets)
    @rule(which=some.integers(0, 3))
    def lapse(self, which: int) -> None:
        """The sweep comes by."""
        ticket = self._one(which)
        told = self._try(lambda: lapse_voucher(tenant=self.brand.id, voucher=ticket.id))
        is_due = ticket.status == "issued" and ticket.ends <= self.now and not self._is_held(ticket)
        assert told is is_due
        if is_due:
            self._end(ticket, "lapsed")

    @rule(minutes=some.sampled_from([4, 11, 45]))
    def wait(self, minutes: int) -> None:
        """Time passes, and quotes that are over let go."""
        self.now += timedelta(minutes=minutes)
        self._try(lambda: release_expired_checkouts(tenant=self.brand.id))
        self._sweep(only_expired=True)

    def _sweep(self, *, only_expired: bool) -> None:
        for ticket in self.tickets:
            if ticket.quote and ticket.held_until is not None and not self._is_held(ticket) and only_expired:
                self._forget_quote(ticket)

    # -- what must hold -----------------------------------------------------------------------------------------

    def _info(self, ticket: Ticket) -> Any:
        return get_voucher(tenant=self.brand.id, code=ticket.code)

    @invariant()
    def holds(self) -> None:
        """Every voucher and every account is what the model says, and the other brand has what it had."""
        if not hasattr(self, "tickets"):
            return
        with frozen(self.now):
            for ticket in self.tickets:
                info = self._info(ticket)
                shown = "lapsed" if ticket.status == "issued" and ticket.ends <= self.now else ticket.status
                assert info.status == shown, (ticket, info)
                if ticket.status in ("issued", "redeemed"):
                    assert info.uses_left == ticket.uses_left, (ticket, info)
                if ticket.kind == "parts" and ticket.status == "issued":
                    assert info.value_left_minor == ticket.left, (ticket, info)
            mine = held(self.brand, self.person)
            in_quotes = sum(each.balance_held for each in self.tickets)
            assert (mine.available, mine.held, mine.owed) == (self.available, in_quotes, 0)
            assert account(self.brand, Account.VOUCHER_OUTSTANDING) == sum(each.paid_left for each in self.tickets)
            assert account(self.brand, Account.REDEEMED) == self.redeemed
            assert account(self.brand, Account.FORFEITED) == 0
            assert account(self.other, Account.AVAILABLE) == START
            assert check_ledger(tenant=self.brand.id).ok


@pytest.mark.no_cover  # thousands of turns of what single tests go through
@pytest.mark.django_db
def test_vouchers_live_as_the_model_says() -> None:
    run_state_machine_as_test(
        VoucherMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=True,
        ),
    )
