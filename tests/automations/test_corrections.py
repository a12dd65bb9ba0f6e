"""What members are told when something on their account is set right."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from automations.corrections import tell_balance_adjusted, tell_purchase_refunded
from programs.events import BalanceAdjusted
from programs.services import refund_sale
from programs.services.adjustments import request_adjustment
from smartbis.kernel.clock import frozen, now
from smartbis.purchases.events import PurchaseRefunded
from smartbis.tenancy.selectors import TenantInfo
from tests.automations.test_notices import plain, sale, told, work
from tests.dashboard.desk import OWNER
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph
from tests.programs.conftest import make_cashback
from tests.vouchers.shop import coupon_of, give, issued, redeemed
from vouchers.services import cancel_voucher, reverse_redemption
from vouchers.workers import lapse_vouchers


def corrected(brand: TenantInfo, customer: Any, amount: int) -> UUID:
    return request_adjustment(
        tenant=brand.id,
        customer=customer.id,
        unit="BRL",
        amount=amount,
        reason="goodwill",
        note="cliente difícil",
        key=uuid4().hex,
        actor=OWNER,
    ).id


def test_a_return_tells_the_balance_it_left(line: Line, aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(aurora)
    bought = sale(aurora, enrol(aurora.id), 9000)
    refund_sale(tenant=aurora.id, purchase=bought.id, amount_minor=4500, external_id="D1", actor=OWNER)
    work()
    (message,) = told(aurora, "purchase_refunded")
    assert message.status == "accepted"
    assert "A devolução de R$ 45,00 da sua compra em Loja Centro" in plain(message.text)
    assert "o seu saldo agora é R$ 9,00." in plain(message.text)
    assert told(boreal, "purchase_refunded") == []


def test_a_return_of_what_earned_nothing_is_not_told(line: Line, aurora: TenantInfo) -> None:
    bought = sale(aurora, enrol(aurora.id), 9000)
    refund_sale(tenant=aurora.id, purchase=bought.id, amount_minor=4500, external_id="D1", actor=OWNER)
    work()
    assert told(aurora, "purchase_refunded") == []


def test_a_correction_by_hand_is_told_without_its_reason(line: Line, aurora: TenantInfo) -> None:
    customer = enrol(aurora.id)
    give(aurora, customer, 5000)
    for amount in (1000, -500):
        corrected(aurora, customer, amount)
        work()
    taken, given = told(aurora, "balance_adjusted")
    assert "um acerto de + R$ 10,00 na sua conta. O seu saldo agora é R$ 60,00." in plain(given.text)
    assert "um acerto de − R$ 5,00 na sua conta. O seu saldo agora é R$ 55,00." in plain(taken.text)
    assert "difícil" not in taken.text + given.text


def test_an_undone_use_tells_that_the_voucher_is_good_again(line: Line, aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, name="Café"), enrol(aurora.id))
    use = redeemed(aurora, voucher)
    reverse_redemption(tenant=aurora.id, redemption=use.id, reason="Engano", key=uuid4().hex, actor=OWNER)
    work()
    (message,) = told(aurora, "voucher_restored")
    assert "O uso do seu voucher Café em Loja Centro foi desfeito" in message.text
    assert voucher.code_grouped in message.text


def test_a_bought_voucher_that_ends_unused_tells_what_came_back(line: Line, aurora: TenantInfo) -> None:
    customer = enrol(aurora.id)
    give(aurora, customer, 5000)
    coupon = coupon_of(aurora, name="Café", cost_unit="BRL", cost_amount=3000, valid_days=5, on_lapse="return")
    free = coupon_of(aurora, name="Pão", valid_days=5)
    issued(aurora, coupon, customer, origin="balance")
    issued(aurora, free, customer)
    with frozen(now() + timedelta(days=6)):
        lapse_vouchers(tenant=aurora.id)
        work()
        (message,) = told(aurora, "voucher_lapsed")
    assert "O seu voucher Café venceu sem uso" in message.text
    assert "R$ 30,00 voltaram ao saldo" in plain(message.text)


def test_an_undone_use_of_what_was_cancelled_is_not_told(line: Line, aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, name="Café", uses=2), enrol(aurora.id))
    use = redeemed(aurora, voucher)
    cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="Engano", actor=OWNER)
    reverse_redemption(tenant=aurora.id, redemption=use.id, reason="Engano", key=uuid4().hex, actor=OWNER)
    work()
    assert told(aurora, "voucher_restored") == []


def test_each_is_told_once_however_often_it_is_delivered(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    make_cashback(aurora)
    customer = enrol(aurora.id)
    bought = sale(aurora, customer, 9000)
    refund = refund_sale(tenant=aurora.id, purchase=bought.id, amount_minor=4500, external_id="D1", actor=OWNER).refund
    adjustment = corrected(aurora, customer, 1000)
    work()
    for _ in range(2):
        tell_purchase_refunded(
            tenant=aurora.id, event=PurchaseRefunded(purchase_id=bought.id, refund_id=refund.id, amount_minor=4500)
        )
        tell_balance_adjusted(
            tenant=aurora.id,
            event=BalanceAdjusted(
                adjustment_id=adjustment, customer_id=customer.id, unit="BRL", amount=1000, reason="goodwill"
            ),
        )
    work()
    assert [len(told(aurora, key)) for key in ("purchase_refunded", "balance_adjusted")] == [1, 1]
    names = [sent["template"]["name"] for sent in graph.sent]
    assert [names.count(key) for key in ("purchase_refunded", "balance_adjusted")] == [1, 1]


def test_without_consent_a_correction_is_kept_and_not_sent(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    customer = enrol(aurora.id, utility=False)
    give(aurora, customer, 5000)
    corrected(aurora, customer, 1000)
    work()
    (message,) = told(aurora, "balance_adjusted")
    assert (message.status, message.reason) == ("held", "no_consent")
    assert graph.sent == []


def test_what_was_returned_long_ago_is_no_news(line: Line, aurora: TenantInfo) -> None:
    make_cashback(aurora)
    bought = sale(aurora, enrol(aurora.id), 9000)
    refund_sale(tenant=aurora.id, purchase=bought.id, amount_minor=4500, external_id="D1", actor=OWNER)
    with frozen(now() + timedelta(days=3)):
        work()
    assert told(aurora, "purchase_refunded") == []
