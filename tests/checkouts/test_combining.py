"""The best combination is found exactly: what it promises, and as a search through everything finds it."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from programs.checkouts.combining import Benefit, Combination, best_combination
from programs.checkouts.services import cancel_checkout
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import OPERATOR, committed, quoted
from tests.factories import make_customer
from tests.programs.conftest import make_cashback
from tests.vouchers.shop import coupon_of, give, issued, redeemed


def off(value: int, **more: Any) -> Benefit:
    return Benefit(**{"id": uuid4(), "coupon": uuid4(), "kind": "amount", "value_minor": value, **more})


def share(bp: int, **more: Any) -> Benefit:
    return Benefit(**{"id": uuid4(), "coupon": uuid4(), "kind": "percentage", "value_bp": bp, **more})


def test_shares_come_before_amounts_and_the_balance_last() -> None:
    ten, tenth = off(1_000), share(1_000)
    found = best_combination(10_000, [ten, tenth], balance_minor=500)
    assert [(use.benefit, use.left_minor, use.discount_minor) for use in found.uses] == [
        (tenth, 10_000, 1_000),
        (ten, 9_000, 1_000),
    ]
    assert (found.balance_minor, found.due_minor) == (500, 7_500)


def test_of_what_cannot_stand_together_the_most_is_chosen() -> None:
    alone, two, three = off(2_000, stacks_with_vouchers=False), off(900), off(900)
    assert [use.benefit for use in best_combination(9_000, [alone, two, three], balance_minor=0).uses] == [alone]
    four = off(900)
    assert best_combination(9_000, [alone, two, three, four], balance_minor=0).due_minor == 6_300
    shy = off(1_000, stacks_with_balance=False)
    assert best_combination(9_000, [shy], balance_minor=1_500).balance_minor == 1_500
    assert best_combination(9_000, [shy], balance_minor=900).uses[0].benefit == shy


def test_what_was_asked_for_goes_before_balance_and_what_was_found_is_not_wasted() -> None:
    for is_named, balance in ((True, 0), (False, 3_000)):
        found = best_combination(3_000, [off(5_000, is_named=is_named)], balance_minor=3_000)
        assert (found.balance_minor, found.due_minor) == (balance, 0)


def test_of_two_alike_the_one_that_lapses_sooner_is_used() -> None:
    later, sooner = off(1_000, ends=20), off(1_000, ends=10)
    assert best_combination(1_000, [later, sooner], balance_minor=0).uses[0].benefit == sooner


def test_no_more_of_a_coupon_than_the_customer_may_use() -> None:
    coupon = uuid4()
    three = [off(100, coupon=coupon, uses_free=2) for _ in range(3)]
    assert best_combination(1_000, three, balance_minor=0).discount_minor == 200


COUPONS = [UUID(int=number) for number in range(3)]
BENEFITS = st.builds(
    Benefit,
    id=st.uuids(),
    coupon=st.sampled_from(COUPONS),
    kind=st.sampled_from(["amount", "percentage", "thing"]),
    value_minor=st.integers(1, 400),
    value_bp=st.integers(1, 10_000),
    ceiling_minor=st.none() | st.integers(1, 200),
    gives_change=st.booleans(),
    stacks_with_vouchers=st.sampled_from([True, True, False]),
    stacks_with_balance=st.booleans(),
    uses_free=st.none() | st.integers(0, 2),
    is_balance=st.booleans(),
    balance_room_minor=st.none() | st.integers(0, 600),
)
ROOMS = st.none() | st.integers(0, 600)


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 600), st.lists(BENEFITS, max_size=4, unique_by=lambda each: each.id), st.integers(0, 600), ROOMS)
def test_it_leaves_no_more_than_any_other_use(
    amount: int, benefits: list[Benefit], balance: int, room: int | None
) -> None:
    found = best_combination(amount, benefits, balance_minor=balance, balance_room_minor=room)
    assert found.due_minor == min(_every_due(amount, benefits, balance, room))
    _is_possible(amount, found, balance, room)
    assert best_combination(amount, benefits, balance_minor=balance, balance_room_minor=room) == found


def _every_due(amount: int, benefits: list[Benefit], balance: int, room: int | None) -> list[int]:
    dues = []
    for size in range(len(benefits) + 1):
        for order in permutations(benefits, size):
            if not _may_stand(order):
                continue
            left = amount
            for each in order:
                left -= each.discount(left)
            may_pay = all(each.stacks_with_balance for each in order)
            usable = max(0, min([balance, left, *_rooms(order, room)]))
            dues.append(left - (usable if may_pay else 0))
    return dues


def _rooms(order: tuple[Benefit, ...], room: int | None) -> list[int]:
    """What each limit leaves for balance once the vouchers made of it are counted."""
    taken = sum(each.value_minor for each in order if each.is_balance)
    return [limit - taken for limit in (room, *(each.balance_room_minor for each in order)) if limit is not None]


def _may_stand(order: tuple[Benefit, ...]) -> bool:
    if any(left < 0 for left in _rooms(order, None)):
        return False
    alone = len(order) < 2 or all(each.stacks_with_vouchers for each in order)
    return alone and all(
        each.uses_free is None or sum(other.coupon == each.coupon for other in order) <= each.uses_free
        for each in order
    )


def _is_possible(amount: int, found: Combination, balance: int, room: int | None) -> None:
    assert _may_stand(tuple(use.benefit for use in found.uses))
    left = amount
    for use in found.uses:
        assert (use.left_minor, use.discount_minor) == (left, use.benefit.discount(left))
        left -= use.discount_minor
    assert 0 <= found.balance_minor <= balance
    limits = _rooms(tuple(use.benefit for use in found.uses), room)
    assert not found.balance_minor or found.balance_minor <= min(limits, default=balance)
    assert found.due_minor == left - found.balance_minor >= 0
    assert not found.balance_minor or all(use.benefit.stacks_with_balance for use in found.uses)


def test_a_dozen_vouchers_are_weighed_at_once() -> None:
    many = [off(100 + place) for place in range(6)] + [share(100 + place) for place in range(6)]
    assert len(best_combination(100_000, many, balance_minor=1_000).uses) == 12


def test_coupons_say_what_they_stand_beside(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    alone, other = (
        issued(aurora, coupon_of(aurora, name=name, **terms), marina)
        for name, terms in (("Sozinho", {"stacks_with_vouchers": False, "value_minor": 1_500}), ("Outro", {}))
    )
    shy = issued(aurora, coupon_of(aurora, name="Sem saldo", stacks_with_balance=False, value_minor=4_000), marina)
    quote = quoted(aurora, marina, vouchers=(alone.code, other.code))
    assert [use.name for use in quote.uses] == ["Sozinho"]
    assert [line.code for line in quote.lines] == ["voucher", "not_together", "balance"]
    assert committed(aurora, quote).purchase.paid_minor == 5_500
    give(aurora, marina, 3_000)
    without = quoted(aurora, marina, vouchers=(shy.code,))
    assert (without.discount_minor, without.balance_minor) == (0, 4_100)
    redeemed(aurora, shy, customer=marina.id, amount_minor=10_000, external_id="S-1")
    cancel_checkout(tenant=aurora.id, checkout=without.id, actor=OPERATOR)
    after = quoted(aurora, marina, external_id="S-1")
    assert (after.discount_minor, after.balance_minor, after.lines[-1].code) == (4_000, 0, "balance_not_with_voucher")


def test_a_voucher_used_in_parts_gives_what_is_needed(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    gift = issued(aurora, coupon_of(aurora, is_divisible=True, value_minor=8_000), marina)
    assert committed(aurora, quoted(aurora, marina, 5_000, vouchers=(gift.code,))).purchase.paid_minor == 0
    second = quoted(aurora, marina, 5_000, vouchers=(gift.code,))
    assert (second.discount_minor, second.due_minor) == (3_000, 2_000)
    assert committed(aurora, second).purchase.paid_minor == 2_000
