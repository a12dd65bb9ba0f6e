"""Sales: recorded one by one, read, confirmed, cancelled, refunded."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.references import Buyer, buyers_of, settled_buyer, store_of
from api.schema import answered, call, sent
from api.serializers.purchases import (
    DecidedOut,
    PurchaseAnswer,
    PurchaseIn,
    PurchaseOut,
    PurchasePageOut,
    PurchaseQuery,
    RefundIn,
    RefundOut,
)
from api.views.base import ApiView, rendered
from api.wording import locale, worded_sale
from insights.selectors import rule_names
from programs.infos import RefundOutcome, SaleOutcome
from programs.selectors import award_names, sale_readings, speaking
from programs.services import cancel_sale, confirm_sale, record_sale, refund_sale
from smartbis.kernel.codes import group_code
from smartbis.ledger.selectors import spendable_balances
from smartbis.purchases.errors import CurrencyMismatch
from smartbis.purchases.infos import ItemDraft, PurchaseInfo, RefundItemDraft, SaleDraft
from smartbis.purchases.selectors import find_purchase, get_purchase, purchases_page
from smartbis.tenancy.selectors import StoreInfo, stores
from vouchers.infos import SaleRef
from vouchers.selectors import has_uses_reading

SALE = {
    "customer": {"phone": "11 98765-4321", "name": "Ana Souza", "consents": {"utility": True, "marketing": False}},
    "store": "centro",
    "amount_minor": 12990,
    "external_id": "2026-000417",
    "items": [{"sku": "789", "name": "Corte", "category": "cabelo", "quantity": 1, "unit_minor": 12990}],
}
AWARD = {
    "program": "Cashback 20%",
    "rule": 1,
    "unit": "BRL",
    "amount": 2598,
    "status": "available",
    "available_at": "2026-11-21T18:04:05Z",
    "explanation": "R$ 129,90 × 20% de cashback em cada compra = R$ 25,98",
}
BALANCE = {"unit": "BRL", "available": 4448, "pending": 0, "owed": 0}
ANSWER = {
    "id": "0199a3f2-7a11-7d2e-8f00-2b3c4d5e6f70",
    "status": "confirmed",
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "external_id": "2026-000417",
    "amount_minor": 12990,
    "paid_minor": 12990,
    "currency": "BRL",
    "awards": [AWARD],
    "balances": [BALANCE],
    "vouchers": [],
    "receipt_text": "Cartão Aurora\nVocê ganhou R$ 25,98.\nSaldo: R$ 44,48.",
    "receipt_qr": "https://smartbis.example/p/aurora/",
}
SALE_PROBLEMS = ("store_unknown", "currency_mismatch", "phone_invalid", "customer_not_found", "purchase_conflict")


class SaleView(ApiView):
    """What single sales and batches share."""

    def draft(self, given: dict[str, Any], store: StoreInfo, buyer: Buyer) -> SaleDraft:
        """A sale as the rooms take it; `buyer` is what `buyers_of` found, and is enrolled if need be.

        Raises CustomerNotFound, InvalidInput (also CurrencyMismatch, before anybody is enrolled).
        """
        reference = given.get("customer") or {}
        currency = given.get("currency", self.brand.currency).upper()
        if currency != self.brand.currency:
            raise CurrencyMismatch({"currency": [CurrencyMismatch.sentence]})
        return SaleDraft(
            customer=settled_buyer(self.brand, reference, buyer, actor=self.actor, store=store.id),
            store=store.id,
            amount_minor=given["amount_minor"],
            currency=currency,
            external_id=given["external_id"],
            channel=given["channel"],
            payment_method=given["payment_method"],
            occurred_at=given.get("occurred_at"),
            status=given["status"],
            items=tuple(ItemDraft(**item) for item in given["items"]),
            operator=self.actor,
        )

    def answer(self, outcome: SaleOutcome) -> Any:
        """A sale's outcome as the till is told."""
        return self.answers([outcome])[0]

    def answers(self, outcomes: list[SaleOutcome]) -> list[Any]:
        """The outcomes of several sales, with stores and names read once."""
        codes = {store.id: store.code for store in stores(tenant=self.tenant, active_only=False)}
        awards = [award for each in outcomes for award in each.awards]
        names = award_names(tenant=self.tenant, awards=awards, names_of=rule_names)
        spoken = locale()
        with speaking(spoken):
            worded = [worded_sale(each, self.brand, codes, names, spoken) for each in outcomes]
        answers: list[Any] = rendered(PurchaseAnswer, worded, many=True)
        return answers


class Purchases(SaleView):
    """`/purchases`"""

    scopes = {"GET": "purchases:read", "POST": "purchases:write"}

    @call(
        "listPurchases",
        "Purchases",
        "List sales, or find one by its number",
        query=PurchaseQuery,
        answers={200: PurchasePageOut},
        problems=["cursor_invalid", "store_unknown"],
    )
    def get(self, request: Request) -> Response:
        """List or find."""
        asked = self.asked(PurchaseQuery)
        store = store_of(self.tenant, asked["store"]).id if "store" in asked else None
        codes = {each.id: each.code for each in stores(tenant=self.tenant, active_only=False)}
        if "external_id" in asked:
            if store is None:
                raise serializers.ValidationError({"store": ["Name the store that numbered the sale."]})
            found = find_purchase(tenant=self.tenant, store=store, external_id=asked["external_id"])
            return Response({"results": [purchase_body(found, codes)] if found else [], "next": None})
        return self.page(
            lambda cursor, limit: purchases_page(tenant=self.tenant, store=store, cursor=cursor, limit=limit),
            lambda info: purchase_body(info, codes),
        )

    @call(
        "recordPurchase",
        "Purchases",
        "Record a sale",
        description="Records the sale, awards it by the rules in force when it happened, and tells what to print. The "
        "same store, number and content again answers 200 with the first answer; other content 409. An unknown phone "
        "with a `name` enrols its owner. A voucher redeemed before under this number lowers what is earned on.",
        body=PurchaseIn,
        answers={201: PurchaseAnswer, 200: PurchaseAnswer},
        replies={201: "Recorded.", 200: "This sale was recorded before; nothing has changed."},
        problems=SALE_PROBLEMS,
        key="required",
        examples=[sent("A sale that enrols its customer", SALE), answered("Recorded", ANSWER, 201)],
    )
    def post(self, request: Request) -> Response:
        """Record."""
        self.require_key()
        given = self.parsed(PurchaseIn)

        def work() -> tuple[int, Any]:
            store = store_of(self.tenant, given["store"])
            uses = has_uses_reading(self.tenant, SaleRef(store.id, given["external_id"]))
            buyer = buyers_of(self.tenant, [given.get("customer") or {}], beside=[uses])[0]
            outcome = record_sale(tenant=self.tenant, sale=self.draft(given, store, buyer))
            return 200 if outcome.repeated else 201, self.answer(outcome)

        return self.once(work, reading=sale_readings(self.tenant))


class OnePurchase(ApiView):
    """`/purchases/{id}`"""

    scopes = {"GET": "purchases:read"}

    @call(
        "getPurchase",
        "Purchases",
        "Read a sale",
        answers={200: PurchaseOut},
        problems=["purchase_not_found"],
    )
    def get(self, request: Request, purchase: UUID) -> Response:
        """Read."""
        codes = {each.id: each.code for each in stores(tenant=self.tenant, active_only=False)}
        return Response(purchase_body(get_purchase(tenant=self.tenant, purchase=purchase), codes))


class PurchaseConfirmation(ApiView):
    """`/purchases/{id}/confirm`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "confirmPurchase",
        "Purchases",
        "Confirm a pending sale",
        description="The sale was paid: what it earned becomes available, after the programme's return period if it "
        "has one. Confirming again answers the same.",
        answers={200: DecidedOut},
        problems=["purchase_not_found", "purchase_not_pending"],
        key="required",
    )
    def post(self, request: Request, purchase: UUID) -> Response:
        """Confirm."""

        def work() -> tuple[int, Any]:
            sale, present = confirm_sale(tenant=self.tenant, purchase=purchase)
            return 200, rendered(DecidedOut, {"id": sale.id, "status": sale.status, "balances": present})

        return self.once(work)


class PurchaseCancellation(ApiView):
    """`/purchases/{id}/cancel`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "cancelPurchase",
        "Purchases",
        "Cancel a pending sale",
        description="The sale will not be paid: everything it earned is taken back. Cancelling again answers the same.",
        answers={200: DecidedOut},
        problems=["purchase_not_found", "purchase_not_pending"],
        key="required",
    )
    def post(self, request: Request, purchase: UUID) -> Response:
        """Cancel."""

        def work() -> tuple[int, Any]:
            sale, _ = cancel_sale(tenant=self.tenant, purchase=purchase)
            present = spendable_balances(tenant=self.tenant, customer=sale.customer_id) if sale.customer_id else ()
            return 200, rendered(DecidedOut, {"id": sale.id, "status": sale.status, "balances": present})

        return self.once(work)


class PurchaseRefunds(ApiView):
    """`/purchases/{id}/refunds`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "refundPurchase",
        "Purchases",
        "Refund a sale in part or whole",
        description="Takes back what the sale earned in the same proportion: any split of a full refund leaves exactly "
        "zero. What was spent meanwhile is owed, or borne by the brand, by its policy. Balance used on the "
        "sale comes back in the same proportion, a voucher with the refund that closes it.",
        body=RefundIn,
        answers={201: RefundOut, 200: RefundOut},
        replies={201: "Recorded.", 200: "This refund was recorded before; nothing has changed."},
        problems=["purchase_not_found", "purchase_cancelled", "refund_conflict", "refund_exceeds_purchase"],
        key="required",
        examples=[
            sent("An amount", {"external_id": "D-77", "amount_minor": 4990}),
            sent("Articles", {"external_id": "D-78", "items": [{"sku": "789", "quantity": 1}]}),
        ],
    )
    def post(self, request: Request, purchase: UUID) -> Response:
        """Refund."""
        self.require_key()
        given = self.parsed(RefundIn)
        items = tuple(RefundItemDraft(**item) for item in given.pop("items"))

        def work() -> tuple[int, Any]:
            outcome = refund_sale(tenant=self.tenant, purchase=purchase, items=items, actor=self.actor, **given)
            return 200 if outcome.repeated else 201, refund_body(outcome)

        return self.once(work)


def purchase_body(info: PurchaseInfo, codes: dict[UUID, str]) -> Any:
    """A sale with its store's code."""
    return rendered(PurchaseOut, {**vars(info), "store": codes.get(info.store_id, "")})


def refund_body(outcome: RefundOutcome) -> Any:
    """A refund with what it took and gave back."""
    facts = {
        "id": outcome.refund.id,
        "purchase_id": outcome.purchase.id,
        "external_id": outcome.refund.external_id,
        "amount_minor": outcome.refund.amount_minor,
        "refunded_minor": outcome.refund.refunded_after_minor,
        "reversed": outcome.reversed,
        "returned": [group_code(code) for code in outcome.returned],
        "not_returned": [group_code(code) for code in outcome.not_returned],
        "balance_returned_minor": outcome.balance_minor,
        "money_due_minor": outcome.money_minor,
        "balances": outcome.balances,
    }
    return rendered(RefundOut, facts)
