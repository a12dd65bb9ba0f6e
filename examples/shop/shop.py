"""A shop with three articles: basket, review with vouchers and balance, order, refund. Orders end with the process."""

import contextlib
import html
import itertools
import os
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

sys.path.insert(0, str(Path(__file__).parent))

from client import Refused, Smartbis, Unreachable

# What the API says to integrators and operators, said to customers; the other refusals are good as they come.
WORDS = {
    "voucher_not_found": "Este código não existe. Confira as letras.",
    "not_found": "Este código não existe. Confira as letras.",  # one that fits into no address
    "voucher_already_redeemed": "Este voucher já foi usado.",
    "voucher_held": "Este voucher está em outra compra agora.",
    "customer_not_found": "Este celular ainda não participa.",
    "phone_invalid": "Confira o celular: DDD e número.",
}
STYLE = """
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 2rem auto; padding: 0 1rem; }
label { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: 0.4rem 0; }
input:not([type=checkbox]) { font: inherit; width: 11rem; padding: 0.5rem; }
button { font: inherit; width: 100%; min-height: 3rem; margin-top: 0.75rem; }
[role=alert]:not(:empty) { border-left: 4px solid #c2410c; padding-left: 0.75rem; }
.receipt { white-space: pre-line; }
"""
ARTICLES = {"caneca": ("Caneca", 4_500), "cafe": ("Café 500 g", 3_850), "coador": ("Coador de pano", 2_200)}


@dataclass
class Order:
    """What somebody is about to buy, or has bought. `quote` is the one that counts; `purchase` the sale's id."""

    number: str
    phone: str
    items: dict[str, int]
    voucher: str = ""
    saves: bool = False
    quote: dict[str, Any] | None = None
    quotes: int = 0
    purchase: str = ""
    receipt: str = ""
    refunded_minor: int = 0

    @property
    def amount_minor(self) -> int:
        """What the articles cost, in cents."""
        return sum(ARTICLES[sku][1] * quantity for sku, quantity in self.items.items())

    @property
    def basket(self) -> dict[str, Any]:
        """The order as a quote asks for it."""
        return {
            "customer": {"phone": self.phone},
            "amount_minor": self.amount_minor,
            "items": [
                {"sku": sku, "name": ARTICLES[sku][0], "quantity": quantity, "unit_minor": ARTICLES[sku][1]}
                for sku, quantity in self.items.items()
            ],
            "vouchers": [self.voucher] if self.voucher else [],
            "use_balance": "none" if self.saves else "auto",
        }


class Shop:
    """The shop's orders, and what it asks of Smartbis for them."""

    def __init__(self, smartbis: Smartbis, store: str, *, started: str = "") -> None:
        self.smartbis, self.store = smartbis, store
        self.orders: dict[str, Order] = {}
        self._numbers = (f"WEB{started}-{number}" for number in itertools.count(1001))

    def begin(self, phone: str, items: dict[str, int], voucher: str, *, saves: bool) -> Order:
        """A new order, quoted. Raises Refused with the words for the customer."""
        order = Order(next(self._numbers), phone, items, voucher, saves)
        if voucher:
            verdict = self.smartbis.validate(
                voucher, store=self.store, customer={"phone": phone}, amount_minor=order.amount_minor
            )
            if not verdict["valid"]:
                raise Refused({"code": verdict["reasons"][0]["code"], "detail": verdict["reasons"][0]["message"]})
        self._quote(order)
        self.orders[order.number] = order
        return order

    def place(self, order: Order) -> str:
        """Order what was quoted; empty when it is done, else what the customer has to look at again."""
        assert order.quote is not None
        try:
            sale = self.smartbis.commit(order.quote["id"], number=order.number, amount_minor=order.amount_minor)
        except Refused as refused:
            if refused.code == "checkout_expired":
                self._quote(order)
                return "A reserva venceu: confira o novo valor."
            if refused.code == "checkout_changed":
                order.quote = refused.problem["quote"]
                return "O valor mudou: confira antes de pagar."
            raise
        order.purchase, order.receipt = sale["id"], sale["receipt_text"]
        return ""

    def leave(self, order: Order) -> None:
        """The customer goes back: nothing stays held."""
        if order.quote is not None and not order.purchase:
            self.smartbis.cancel(order.quote["id"])
        self.orders.pop(order.number, None)

    def refund(self, order: Order, amount_minor: int) -> dict[str, Any]:
        """Give back a part or all of an order."""
        number = f"{order.number}-D{order.refunded_minor}"
        answer = self.smartbis.refund(order.purchase, number=number, amount_minor=amount_minor)
        order.refunded_minor += amount_minor
        return answer

    def _quote(self, order: Order) -> None:
        order.quotes += 1
        key = f"order-{order.number}-quote-{order.quotes}"
        order.quote = self.smartbis.quote({**order.basket, "store": self.store}, key=key)


def money(minor: int) -> str:
    """`R$ 38,50`."""
    return f"R$ {minor // 100},{minor % 100:02d}"


def page(body: str) -> bytes:
    """A whole page."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Loja</title>'
    )
    return f'<!DOCTYPE html><html lang="pt-BR">{head}<style>{STYLE}</style><body>{body}</body></html>'.encode()


def basket_page(problem: str = "") -> bytes:
    """The shelf, and what the customer brings."""
    rows = "".join(
        f'<p><label>{html.escape(name)}, {money(price)} <input name="{sku}" value="0" inputmode="numeric"></label></p>'
        for sku, (name, price) in ARTICLES.items()
    )
    said = f'<p role="alert">{html.escape(problem)}</p>' if problem else ""
    return page(
        f'<h1>Loja</h1>{said}<form method="post" action="/review">{rows}'
        '<p><label>Celular <input name="phone" type="tel" autocomplete="tel-national" required></label></p>'
        '<p><label>Voucher <input name="voucher" autocomplete="off"></label></p>'
        '<p><label><input type="checkbox" name="saves"> Guardar meu saldo</label></p><button>Revisar</button></form>'
    )


def review_page(order: Order, problem: str = "") -> bytes:
    """What is used, why, and what is due."""
    assert order.quote is not None
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in order.quote["explanation"])
    return page(
        f'<h1>Total {money(order.quote["due_minor"])}</h1><p role="alert">{html.escape(problem)}</p><ul>{lines}</ul>'
        f'<form method="post" action="/orders/{order.number}/place"><button>Pagar</button></form>'
        f'<form method="post" action="/orders/{order.number}/leave"><button>Voltar</button></form>'
    )


def order_page(order: Order, said: str = "") -> bytes:
    """An order that was placed."""
    is_back = order.refunded_minor >= order.amount_minor
    again = f'<form method="post" action="/orders/{order.number}/refund"><button>Devolver tudo</button></form>'
    return page(
        f'<h1>Pedido {order.number}</h1><p>{html.escape(said)}</p><p class="receipt">{html.escape(order.receipt)}</p>'
        f'<p><a href="/">Comprar mais</a></p>{"" if is_back else again}'
    )


class Handler(BaseHTTPRequestHandler):
    """The shop's pages."""

    shop: Shop

    def do_GET(self) -> None:
        """The shelf."""
        self._answer(basket_page() if self.path == "/" else None)

    def do_POST(self) -> None:
        """A step of an order."""
        length = int(self.headers.get("Content-Length", 0))
        given = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        try:
            self._answer(self._step(given))
        except Refused as refused:
            self._answer(basket_page(WORDS.get(refused.code) or str(refused) or "Não foi possível agora."), 422)
        except Unreachable:
            self._answer(basket_page("Sem resposta agora: tente de novo."), 503)

    def _step(self, given: dict[str, str]) -> bytes | None:
        if self.path == "/review":
            wanted = {sku: given.get(sku, "") for sku in ARTICLES}
            items = {sku: int(text) for sku, text in wanted.items() if text.isdecimal() and 0 < int(text) < 100}
            if not items:
                return basket_page("Escolha um artigo.")
            saves = "saves" in given
            return review_page(self.shop.begin(given.get("phone", ""), items, given.get("voucher", ""), saves=saves))
        _, orders, number, step = [*self.path.split("/"), "", "", ""][:4]
        order = self.shop.orders.get(number) if orders == "orders" else None
        if order is None:
            return None
        if step == "place":
            problem = self.shop.place(order)
            return review_page(order, problem) if problem else order_page(order, "Pago. Obrigado!")
        if step == "leave":
            self.shop.leave(order)
            return basket_page()
        if step == "refund" and order.purchase:
            back = self.shop.refund(order, order.amount_minor - order.refunded_minor)
            order.receipt = "".join(f"O voucher {code} vale de novo.\n" for code in back["returned"])
            return order_page(order, f"Devolvido. Voltaram {money(back['balance_returned_minor'])} de saldo.")
        return None

    def _answer(self, body: bytes | None, status: int = 200) -> None:
        self.send_response(status if body is not None else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body if body is not None else page("<h1>Não há nada aqui.</h1>"))

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: addresses hold order numbers."""


def serve(shop: Shop, port: int) -> ThreadingHTTPServer:
    """The shop's server, on this machine alone."""
    handler = type("ShopHandler", (Handler,), {"shop": shop})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    api = Smartbis(os.environ["SMARTBIS_URL"], os.environ["SMARTBIS_KEY"])
    own = Shop(api, os.environ.get("SMARTBIS_STORE", "online"), started=str(os.getpid()))
    house = serve(own, int(os.environ.get("SHOP_PORT", "8090")))
    sys.stdout.write(f"http://127.0.0.1:{house.server_port}\n")
    with contextlib.suppress(KeyboardInterrupt):
        house.serve_forever()
