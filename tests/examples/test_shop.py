"""The example shop, run as it stands against the REST API: it quotes, orders, tells of refusals, and refunds."""

import re
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from programs.models import Checkout
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import check_ledger
from smartbis.purchases.selectors import purchases_page
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_store, create_api_key
from tests.factories import make_customer
from tests.programs.conftest import make_cashback
from tests.programs.earning import held
from tests.vouchers.shop import available, coupon_of, give, issued, redeemed
from vouchers.selectors import get_voucher

SHOP = Path(__file__).parents[2] / "examples" / "shop"
PHONE = "+5511976540001"
Post = Callable[..., str]


@pytest.fixture
def post(aurora: TenantInfo, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """Sends a form to the shop, which sells in Aurora's online store; what its page says."""
    monkeypatch.syspath_prepend(str(SHOP))
    import client
    import shop

    add_store(tenant=aurora.id, code="online", name="Loja online", kind="online")
    _, key = create_api_key(tenant=aurora.id, name="Loja online")
    server = shop.serve(shop.Shop(client.Smartbis(live_server.url, key), "online"), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def send(path: str, **fields: str) -> str:
        address = f"http://127.0.0.1:{server.server_port}{path}"
        try:
            with urllib.request.urlopen(address, urllib.parse.urlencode(fields).encode(), timeout=20) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
        return str(text).replace("\xa0", " ")

    yield send
    server.shutdown()
    server.server_close()


def number_in(text: str) -> str:
    found = re.search(r"/orders/([\w-]+)/", text)
    assert found, text
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_a_customer_buys_with_voucher_and_balance_and_gives_it_back(
    aurora: TenantInfo, boreal: TenantInfo, post: Post
) -> None:
    make_cashback(aurora)
    marina = make_customer(aurora, phone=PHONE)
    give(aurora, marina, 2_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    review = post("/review", caneca="2", phone=PHONE, voucher=voucher.code)
    assert "Total R$ 60,00" in review
    assert "Saldo: −R$ 20,00" in review
    number = number_in(review)
    placed = post(f"/orders/{number}/place")
    assert "Pago. Obrigado!" in placed
    assert "Você ganhou R$ 12,00" in placed
    (sale,) = purchases_page(tenant=aurora.id).items
    assert (sale.external_id, sale.paid_minor, available(aurora, marina)) == (number, 6_000, 1_200)
    refunded = post(f"/orders/{number}/refund")
    assert "Voltaram R$ 20,00 de saldo" in refunded
    assert f"O voucher {voucher.code_grouped} vale de novo" in refunded
    assert "Você ganhou" not in refunded
    assert "Devolver tudo" not in refunded
    assert available(aurora, marina) == 2_000
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    assert purchases_page(tenant=boreal.id).items == ()
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_said_and_who_goes_back_or_waits_loses_nothing(
    aurora: TenantInfo, boreal: TenantInfo, post: Post
) -> None:
    marina = make_customer(aurora, phone=PHONE)
    give(aurora, marina, 2_000)
    dear = issued(aurora, coupon_of(aurora, min_purchase_minor=9_000), marina)
    assert "Faltam R$ 45,00" in post("/review", caneca="1", phone=PHONE, voucher=dear.code)
    foreign = issued(boreal, coupon_of(boreal))
    for unknown in (foreign.code, "não há / isto?", "a\r\nb"):
        assert "Este código não existe" in post("/review", caneca="1", phone=PHONE, voucher=unknown)
    assert "Confira o celular" in post("/review", caneca="1", phone="123")
    assert "ainda não participa" in post("/review", caneca="1", phone="11976549999")
    used = issued(aurora, coupon_of(aurora), marina)
    review = post("/review", caneca="1", phone=PHONE, voucher=used.code)
    assert "Total R$ 15,00" in review
    post(f"/orders/{number_in(review)}/leave")
    redeemed(aurora, used, customer=marina.id)
    assert "já foi usado" in post("/review", caneca="1", phone=PHONE, voucher=used.code)
    left = number_in(post("/review", caneca="1", phone=PHONE))
    assert held(aurora, marina).held == 2_000
    post(f"/orders/{left}/leave")
    assert (held(aurora, marina).held, available(aurora, marina)) == (0, 2_000)
    late = number_in(post("/review", caneca="1", phone=PHONE))
    with tenant_scope(aurora.id):
        Checkout.objects.filter(state="open").update(expires_at=now() - timedelta(seconds=1))
    assert "A reserva venceu" in post(f"/orders/{late}/place")
    assert "Pago. Obrigado!" in post(f"/orders/{late}/place")
    assert "Total R$ 45,00" in post("/review", caneca="1", phone=PHONE, saves="on")
    assert available(aurora, marina) == 0


def test_it_needs_nothing_that_python_does_not_bring() -> None:
    code = "import shop, sys; print([n for n in ('django', 'requests', 'rest_framework') if n in sys.modules])"
    told: Any = subprocess.run([sys.executable, "-c", code], cwd=SHOP, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
