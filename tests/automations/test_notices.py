"""What members are told, once, after something happened to their account."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from messaging.infos import MessageInfo
from messaging.selectors import messages_page
from messaging.services import tap_link
from programs.services import confirm_sale, record_sale, refund_sale
from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
from smartbis.customers.services import change_customer, enrol_in_bulk
from smartbis.kernel.clock import now
from smartbis.kernel.people import SYSTEM
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.factories import actor, store_of
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph
from tests.programs.conftest import make_cashback, make_points
from tests.vouchers.shop import coupon_of, issued, redeemed


def work() -> None:
    """Let every due subscriber and sender run."""
    drain_queue("relay")
    drain_queue("send")


def sale(brand: TenantInfo, customer: Any, amount_minor: int = 9000, **more: Any) -> Any:
    facts = {"external_id": uuid4().hex, "store": store_of(brand).id, "currency": "BRL", **more}
    return record_sale(
        tenant=brand.id, sale=SaleDraft(customer=customer.id, amount_minor=amount_minor, **facts)
    ).purchase


def told(brand: TenantInfo, template: str) -> list[MessageInfo]:
    return list(messages_page(tenant=brand.id, template=template).items)


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_a_new_member_is_welcomed_once(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    enrol(aurora.id)
    work()
    work()
    (message,) = told(aurora, "welcome")
    assert message.status == "accepted"
    assert "Olá, Ana! Seu cadastro em Café Aurora está ativo" in message.text
    assert [sent["template"]["name"] for sent in graph.sent] == ["welcome"]


def test_without_consent_nothing_goes_out(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    enrol(aurora.id, utility=False)
    work()
    (message,) = told(aurora, "welcome")
    assert (message.status, message.reason) == ("held", "no_consent")
    assert graph.sent == []


def test_who_came_by_a_list_is_not_greeted(line: Line, aurora: TenantInfo) -> None:
    draft = CustomerDraft(
        key="1", name="Ana", phone="11987654821", consents=ConsentGiven(utility=True, marketing=False, text_version="1")
    )
    enrol_in_bulk(tenant=aurora.id, drafts=[draft], origin=Origin(channel="import"))
    work()
    assert told(aurora, "welcome") == []


def test_a_sale_tells_what_it_earned_the_balance_and_the_next_step(line: Line, aurora: TenantInfo, graph) -> None:
    make_cashback(aurora)
    customer = enrol(aurora.id)
    sale(aurora, customer, 9000)
    work()
    (message,) = told(aurora, "purchase_credited")
    assert message.status == "accepted"
    text = plain(message.text)
    assert "sua compra em Loja Centro e você recebeu R$ 18,00." in text
    assert "O seu saldo agora é R$ 18,00." in text
    assert "R$ 18,00 já podem ser usados no caixa" in text


def test_points_name_what_is_missing_to_the_nearest_benefit(line: Line, aurora: TenantInfo) -> None:
    make_points(aurora)
    coupon_of(aurora, cost_unit="points", cost_amount=100)
    customer = enrol(aurora.id)
    sale(aurora, customer, 6000)
    work()
    text = told(aurora, "purchase_credited")[0].text
    assert "você recebeu 60 pontos. O seu saldo agora é 60 pontos" in text
    assert "faltam 40 pontos para o próximo benefício do clube" in text


def test_a_held_award_says_when_it_comes(line: Line, aurora: TenantInfo) -> None:
    make_cashback(aurora, hold_days=7)
    sale(aurora, enrol(aurora.id), 9000)
    work()
    text = plain(told(aurora, "purchase_credited")[0].text)
    assert "R$ 18,00 (disponível em " in text
    assert "R$ 0,00 (mais R$ 18,00 a liberar)" in text
    assert "o crédito fica disponível em " in text


def test_english_members_read_english(line: Line, aurora: TenantInfo) -> None:
    make_points(aurora)
    change_brand(tenant=aurora.id, actor=actor("owner"), locale="en")
    sale(aurora, enrol(aurora.id), 100)
    work()
    message = told(aurora, "purchase_credited")[0]
    assert message.language == "en"
    assert "you received 1 point." in message.text


@pytest.mark.parametrize(
    "more",
    [{"occurred_at": "old"}, {"channel": "import"}, {"amount_minor": 50}],
    ids=["old", "imported", "earned nothing"],
)
def test_no_news_is_not_told(line: Line, aurora: TenantInfo, more: dict[str, Any]) -> None:
    make_points(aurora)
    if more.get("occurred_at"):
        more = {"occurred_at": now() - timedelta(days=3)}
    sale(aurora, enrol(aurora.id), **more)
    work()
    assert told(aurora, "purchase_credited") == []


def test_a_pending_sale_is_told_once_it_is_confirmed(line: Line, aurora: TenantInfo) -> None:
    make_points(aurora)
    purchase = sale(aurora, enrol(aurora.id), status="pending")
    work()
    assert told(aurora, "purchase_credited") == []
    confirm_sale(tenant=aurora.id, purchase=purchase.id)
    work()
    assert len(told(aurora, "purchase_credited")) == 1


def test_a_sale_refunded_before_the_news_still_tells_the_truth(line: Line, aurora: TenantInfo) -> None:
    make_cashback(aurora)
    purchase = sale(aurora, enrol(aurora.id), 9000)
    refund_sale(tenant=aurora.id, purchase=purchase.id, amount_minor=9000, external_id="r1", actor=actor())
    work()
    for message in told(aurora, "purchase_credited"):
        assert "saldo agora é R$ 0,00" in plain(message.text)


def test_a_voucher_is_sent_with_code_end_and_its_own_page(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    customer = enrol(aurora.id)
    voucher = issued(aurora, coupon_of(aurora, holder="personal"), customer)
    work()
    (message,) = told(aurora, "voucher_issued")
    assert f"com o código {voucher.code_grouped}" in message.text
    sent = next(each for each in graph.sent if each["template"]["name"] == "voucher_issued")
    button = sent["template"]["components"][1]
    assert (button["sub_type"], button["index"]) == ("url", "0")
    token = button["parameters"][0]["text"].removesuffix("/")
    assert tap_link(tenant=aurora.id, token=token).page == f"vouchers/{voucher.id}/"


def test_a_used_voucher_is_confirmed_to_its_owner(line: Line, aurora: TenantInfo) -> None:
    customer = enrol(aurora.id)
    redeemed(aurora, issued(aurora, coupon_of(aurora, holder="personal"), customer), customer=customer.id)
    work()
    (message,) = told(aurora, "voucher_redeemed")
    assert "O seu voucher Dez reais foi usado em Loja Centro no dia " in message.text


def test_a_bearers_voucher_tells_nobody(line: Line, aurora: TenantInfo) -> None:
    redeemed(aurora, issued(aurora, coupon_of(aurora)))
    work()
    assert messages_page(tenant=aurora.id).items == ()


def test_a_member_without_a_name_is_greeted_all_the_same(line: Line, aurora: TenantInfo) -> None:
    customer = enrol(aurora.id, name="Ana")
    change_customer(tenant=aurora.id, customer=customer.id, name="", actor=SYSTEM)
    work()
    assert "Olá, cliente!" in told(aurora, "welcome")[0].text


def test_one_brands_members_are_not_told_by_another(line: Line, aurora: TenantInfo, boreal: TenantInfo) -> None:
    enrol(aurora.id)
    work()
    assert messages_page(tenant=boreal.id).items == ()
