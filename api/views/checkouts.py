"""Quote, then commit or cancel: what a customer has is used with the sale, or not at all."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.coupons import store_codes
from api.permissions import ScopeMissing
from api.references import buyers_of, settled_buyer, store_of
from api.schema import answered, call, sent
from api.serializers.checkouts import CheckoutIn, CheckoutOut, CommitIn
from api.serializers.purchases import PurchaseAnswer
from api.views.base import KEY_HEADER, rendered
from api.views.purchases import ANSWER, SaleView
from api.views.vouchers import REFUSALS
from api.wording import locale
from programs.checkouts.errors import CheckoutChanged
from programs.checkouts.infos import Basket, CheckoutInfo
from programs.checkouts.reading import get_checkout
from programs.checkouts.services import cancel_checkout, commit_checkout, open_checkout, requote
from programs.checkouts.words import quote_sentences
from programs.selectors import sale_readings
from smartbis.kernel.codes import group_code
from smartbis.purchases.infos import ItemDraft
from smartbis.tenancy.once import patiently

CHECKOUT = {
    "id": "0199a3f2-9c33-7b4f-8d12-4e5f60718293",
    "state": "open",
    "expires_at": "2026-11-21T18:14:05Z",
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "store": "site",
    "currency": "BRL",
    "amount_minor": 12990,
    "discount_minor": 1500,
    "balance_used_minor": 1850,
    "due_minor": 9640,
    "vouchers": [
        {
            "code": "8F3K-2QZP-7XMA",
            "name": "R$ 15 de desconto",
            "kind": "amount",
            "value_sku": "",
            "discount_minor": 1500,
        }
    ],
    "earns": [
        {
            "program": "Cashback 20%",
            "unit": "BRL",
            "amount": 1928,
            "status": "available",
            "available_at": "2026-11-21T18:04:05Z",
        }
    ],
    "explanation": [
        "R$ 15 de desconto: −R$ 15,00.",
        "Saldo: −R$ 18,50, de R$ 18,50 que o cliente tem.",
        "A pagar: R$ 96,40.",
    ],
    "purchase_id": None,
}
ASKED = {
    "customer": {"phone": "11 98765-4321"},
    "store": "site",
    "amount_minor": 12990,
    "items": [{"sku": "789", "name": "Corte", "quantity": 1, "unit_minor": 12990}],
    "vouchers": ["8F3K-2QZP-7XMA"],
    "use_balance": "auto",
}
QUOTE_PROBLEMS = (
    "store_unknown",
    "customer_not_found",
    "voucher_not_found",
    *REFUSALS,
    "insufficient_balance",
    "balance_below_minimum",
    "sale_below_minimum",
    "store_excluded",
    "share_of_sale",
    "articles_excluded",
)


class CheckoutView(SaleView):
    """What the calls on checkouts share."""

    def quote_body(self, info: CheckoutInfo) -> Any:
        """A quote as the caller is told."""
        facts = {name: getattr(info, name) for name in CheckoutInfo.__dataclass_fields__}
        facts |= {
            "store": store_codes(self.tenant).get(info.store_id, ""),
            "balance_used_minor": info.balance_minor,
            "due_minor": info.due_minor,
            "vouchers": [{**vars(use), "code": group_code(use.code)} for use in info.uses],
            "explanation": quote_sentences(info, locale()),
        }
        return rendered(CheckoutOut, facts)


class Checkouts(CheckoutView):
    """`/checkouts`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "openCheckout",
        "Checkouts",
        "Quote a sale",
        description="Finds the best use of the customer's vouchers and balance under the coupons' and the programme's "
        "rules, says why line by line, and holds it for the tenant's minutes (10 at first): nobody else can use it "
        "until then. What is named and cannot be used refuses the quote. Vouchers need the scope `vouchers:redeem` "
        "too. Then commit, or cancel; a quote that is left alone lets go of everything by itself.",
        body=CheckoutIn,
        answers={201: CheckoutOut},
        replies={201: "Quoted and held."},
        problems=QUOTE_PROBLEMS,
        key="required",
        examples=[sent("A basket", ASKED), answered("The quote", CHECKOUT, 201)],
    )
    def post(self, request: Request) -> Response:
        """Quote."""
        self.require_key()
        given = self.parsed(CheckoutIn)
        if given["vouchers"] != () and "vouchers:redeem" not in self.key.scopes:
            raise ScopeMissing("vouchers:redeem")
        key = request.headers.get(KEY_HEADER, "").strip()

        def work() -> tuple[int, Any]:
            quote = open_checkout(
                tenant=self.tenant, basket=self._basket(given), key=f"api:{key}"[:255], actor=self.actor
            )
            return 201, self.quote_body(quote)

        return self.once(work, reading=sale_readings(self.tenant))

    def _basket(self, given: dict[str, Any]) -> Basket:
        store = store_of(self.tenant, given["store"])
        reference = given.get("customer") or {}
        (buyer,) = buyers_of(self.tenant, [reference])
        return Basket(
            customer=settled_buyer(self.brand, reference, buyer, actor=self.actor, store=store.id),
            store=store.id,
            amount_minor=given["amount_minor"],
            items=tuple(ItemDraft(**item) for item in given["items"]),
            vouchers=given["vouchers"],
            use_balance=given.get("use_balance"),
            channel=given["channel"],
            external_id=given["external_id"],
        )


class OneCheckout(CheckoutView):
    """`/checkouts/{id}`"""

    scopes = {"GET": "purchases:read"}

    @call(
        "getCheckout",
        "Checkouts",
        "Read a quote",
        answers={200: CheckoutOut},
        problems=["checkout_not_found"],
        examples=[answered("A quote", CHECKOUT)],
    )
    def get(self, request: Request, checkout: UUID) -> Response:
        """Read."""
        return Response(self.quote_body(get_checkout(tenant=self.tenant, checkout=checkout, actor=self.actor)))


class CheckoutCommit(CheckoutView):
    """`/checkouts/{id}/commit`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "commitCheckout",
        "Checkouts",
        "Commit a quote",
        description="In one transaction: records the sale under its number, uses the vouchers and the balance that are "
        "held, and earns. The same number again answers 200 with the first answer. After its end the quote is refused "
        "with `checkout_expired`, whether or not anybody has taken what it held. Another basket than the quoted one, "
        "or a voucher that lost its ground meanwhile, is refused with `checkout_changed`; the problem's `quote` is a "
        "new one, held in place of the old.",
        body=CommitIn,
        answers={201: PurchaseAnswer, 200: PurchaseAnswer},
        replies={201: "Recorded.", 200: "Committed before; nothing has changed."},
        problems=[
            "checkout_not_found",
            "checkout_expired",
            "checkout_changed",
            "checkout_closed",
            "purchase_conflict",
            "purchase_changed",
        ],
        key="required",
        examples=[sent("The order was placed", {"external_id": "2026-000417"}), answered("Recorded", ANSWER, 201)],
    )
    def post(self, request: Request, checkout: UUID) -> Response:
        """Commit."""
        self.require_key()
        given = self.parsed(CommitIn)
        basket = {
            "amount_minor": given.get("amount_minor"),
            "items": tuple(ItemDraft(**item) for item in given["items"]) if "items" in given else None,
        }
        named: dict[str, Any] = {"tenant": self.tenant, "checkout": checkout, "actor": self.actor, **basket}
        number = given["external_id"]

        def work() -> tuple[int, Any]:
            payment = {"payment_method": given["payment_method"], "status": given["status"]}
            outcome = commit_checkout(external_id=number, **payment, **named)
            return 200 if outcome.repeated else 201, self.answer(outcome)

        try:
            return self.once(work, reading=sale_readings(self.tenant))
        except CheckoutChanged as changed:
            # Nothing of the commit is left: the new quote is held in a transaction of its own, the same for a repeat.
            new = patiently(lambda: requote(external_id=number, **named))
            changed.params["quote"] = self.quote_body(new)
            raise


class CheckoutCancellation(CheckoutView):
    """`/checkouts/{id}/cancel`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "cancelCheckout",
        "Checkouts",
        "Cancel a quote",
        description="Lets go of everything at once. Cancelling again answers the same.",
        answers={200: CheckoutOut},
        problems=["checkout_not_found", "checkout_closed"],
        key="required",
    )
    def post(self, request: Request, checkout: UUID) -> Response:
        """Cancel."""

        def work() -> tuple[int, Any]:
            gone = cancel_checkout(tenant=self.tenant, checkout=checkout, actor=self.actor)
            return 200, self.quote_body(gone)

        return self.once(work)
