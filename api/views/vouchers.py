"""Vouchers: issue, check, use, take back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.coupons import store_codes
from api.references import customer_of, store_of
from api.schema import answered, call, sent
from api.serializers.vouchers import (
    RedeemIn,
    RedemptionOut,
    ReversalIn,
    UseIn,
    ValidationOut,
    VoucherIn,
    VoucherOut,
)
from api.views.base import KEY_HEADER, ApiView, rendered
from programs.services import buy_voucher, spend_balance
from smartbis.kernel.codes import group_code
from vouchers.errors import VoucherNotFound
from vouchers.infos import RedemptionInfo, VoucherInfo
from vouchers.selectors import get_coupon, get_voucher
from vouchers.services import cancel_voucher, issue_voucher, redeem_voucher, reverse_redemption, validate_voucher
from vouchers.services.strangers import count_miss

VOUCHER = {
    "code": "8F3K-2QZP-7XMA",
    "status": "issued",
    "coupon_id": "0199a3f2-8b22-7e3f-9a01-3c4d5e6f7081",
    "coupon_name": "R$ 15 de desconto",
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "is_personal": True,
    "kind": "amount",
    "currency": "BRL",
    "value_minor": 1500,
    "value_left_minor": None,
    "value_bp": None,
    "value_sku": "",
    "value_key": "",
    "max_discount_minor": None,
    "min_purchase_minor": 5000,
    "valid_from": "2026-11-21T18:04:05Z",
    "valid_until": "2026-12-22T02:59:59Z",
    "uses_left": 1,
    "issued_at": "2026-11-21T18:04:05Z",
    "qr_payload": "SBV10123456789ABCDEFGHJKMNPQRS",
    "partner_code": None,
}
USE = {"store": "centro", "customer": {"phone": "11 98765-4321"}, "amount_minor": 12990}
REFUSALS = (
    "voucher_already_redeemed",
    "voucher_expired",
    "voucher_not_yet_valid",
    "voucher_wrong_store",
    "voucher_wrong_time",
    "voucher_below_minimum",
    "voucher_cancelled",
    "voucher_held",
    "voucher_wrong_customer",
    "voucher_limit_reached",
    "voucher_not_combinable",
    "entry_needs_check_in",
    "voucher_sale_refunded",
)


class VoucherView(ApiView):
    """What the calls on vouchers share."""

    @property
    def idempotency_key(self) -> str:
        """The caller's key, which the room keeps for ever."""
        return self.request.headers.get(KEY_HEADER, "").strip()

    def used(self, given: dict[str, Any]) -> dict[str, Any]:
        """Store and customer of a use, as the room names them."""
        reference = given.get("customer")
        return {
            "store": store_of(self.tenant, given["store"]).id,
            "customer": customer_of(self.tenant, reference) if reference else None,
            "amount_minor": given.get("amount_minor"),
        }

    def noting_misses(self, work: Callable[[], Response]) -> Response:
        """Count a code that does not exist: a key that tries many is shown to the brand."""
        try:
            return work()
        except VoucherNotFound:
            count_miss(tenant=self.tenant, whose=f"key:{self.actor.id}", actor=self.actor)
            raise

    def redemption(self, info: RedemptionInfo) -> Any:
        """A use with its store's code."""
        facts = {name: getattr(info, name) for name in RedemptionInfo.__dataclass_fields__}
        facts |= {"store": store_codes(self.tenant).get(info.store_id, ""), "voucher_code": group_code(info.code)}
        return rendered(RedemptionOut, facts)


class Vouchers(VoucherView):
    """`/vouchers`"""

    scopes = {"POST": "vouchers:write"}

    @call(
        "issueVoucher",
        "Vouchers",
        "Issue a voucher",
        description="Of a coupon, whose cost is taken from the customer's balance (in money not below the programme's "
        "minimum balance, nor at excluded stores); or, with `balance_minor`, of the "
        "customer's own cashback, for the tenant's usual term and by the programme's rules of using balance: a minimum "
        "balance and excluded stores refuse here, a minimum sale and a share of the sale become the voucher's minimum. "
        "What is left unused returns to the balance as the coupon says; cashback always returns.",
        body=VoucherIn,
        answers={201: VoucherOut},
        replies={201: "Issued."},
        problems=[
            "customer_not_found",
            "coupon_not_found",
            "store_unknown",
            "insufficient_balance",
            "balance_below_minimum",
            "store_excluded",
            "coupon_out_of_stock",
            "coupon_limit_reached",
            "coupon_not_eligible",
            "coupon_not_live",
            "budget_exhausted",
        ],
        key="required",
        examples=[
            sent("Of a coupon", {"customer": {"phone": "11 98765-4321"}, "coupon": VOUCHER["coupon_id"]}),
            sent("Of cashback", {"customer": {"external_id": "crm-881"}, "balance_minor": 1850}),
            answered("Issued", VOUCHER, 201),
        ],
    )
    def post(self, request: Request) -> Response:
        """Issue."""
        self.require_key()
        given = self.parsed(VoucherIn)
        return self.once(lambda: (201, rendered(VoucherOut, self._issue(given))))

    def _issue(self, given: dict[str, Any]) -> VoucherInfo:
        order: dict[str, Any] = {
            "tenant": self.tenant,
            "customer": customer_of(self.tenant, given["customer"]),
            "key": self.idempotency_key,
            "actor": self.actor,
            "store": store_of(self.tenant, given["store"]).id if "store" in given else None,
            "valid_until": given.get("valid_until"),
        }
        if "balance_minor" in given:
            return spend_balance(amount_minor=given["balance_minor"], **order)
        coupon = get_coupon(tenant=self.tenant, coupon=given["coupon"])
        if coupon.cost_amount:
            return buy_voucher(coupon=coupon.id, **order)
        return issue_voucher(coupon=coupon.id, origin="manual", **order)


class OneVoucher(VoucherView):
    """`/vouchers/{code}`"""

    scopes = {"GET": "vouchers:read"}

    @call(
        "getVoucher",
        "Vouchers",
        "Read a voucher",
        description="By its code, in any case and with any separators.",
        answers={200: VoucherOut},
        problems=["voucher_not_found"],
        examples=[answered("A voucher", VOUCHER)],
    )
    def get(self, request: Request, code: str) -> Response:
        """Read."""
        return self.noting_misses(lambda: Response(rendered(VoucherOut, get_voucher(tenant=self.tenant, code=code))))


class VoucherValidation(VoucherView):
    """`/vouchers/{code}/validate`"""

    scopes = {"POST": "vouchers:read"}

    @call(
        "validateVoucher",
        "Vouchers",
        "Check a voucher",
        description="Says whether it could be used here and now, with every reason against it. Changes nothing and "
        "holds nothing: another till may be faster.",
        body=UseIn,
        answers={200: ValidationOut},
        problems=["voucher_not_found", "customer_not_found", "store_unknown"],
        examples=[
            sent("A sale at a store", USE),
            answered(
                "Below its minimum",
                {
                    "valid": False,
                    "reasons": [
                        {
                            "code": "voucher_below_minimum",
                            "message": "Faltam R$ 10,00 para usar (mínimo R$ 50,00).",
                        }
                    ],
                    "discount_minor": 1500,
                    "needs_amount": False,
                    "voucher": VOUCHER,
                },
            ),
        ],
    )
    def post(self, request: Request, code: str) -> Response:
        """Check."""
        given = self.parsed(UseIn)
        asked = {"tenant": self.tenant, "code": code, "actor": self.actor, **self.used(given)}
        return self.noting_misses(lambda: Response(rendered(ValidationOut, validate_voucher(**asked))))


class VoucherRedemption(VoucherView):
    """`/vouchers/{code}/redeem`"""

    scopes = {"POST": "vouchers:redeem"}

    @call(
        "redeemVoucher",
        "Vouchers",
        "Use a voucher",
        description="One use is one use, however many tills try at once. The same key again gives the first answer.",
        body=RedeemIn,
        answers={201: RedemptionOut},
        replies={201: "Used."},
        problems=["voucher_not_found", "customer_not_found", "store_unknown", *REFUSALS],
        key="required",
        examples=[sent("On a sale", USE | {"external_id": "2026-000417"})],
    )
    def post(self, request: Request, code: str) -> Response:
        """Use."""
        self.require_key()
        given = self.parsed(RedeemIn)

        def work() -> tuple[int, Any]:
            info = redeem_voucher(
                tenant=self.tenant,
                code=code,
                key=self.idempotency_key,
                actor=self.actor,
                external_id=given.get("external_id"),
                **self.used(given),
            )
            return 201, self.redemption(info)

        return self.noting_misses(lambda: self.once(work))


class VoucherCancellation(VoucherView):
    """`/vouchers/{code}/cancel`"""

    scopes = {"POST": "vouchers:write"}

    @call(
        "cancelVoucher",
        "Vouchers",
        "Cancel a voucher",
        description="It can be used no more. What is left of its price returns or is forfeited, as its coupon says.",
        body=ReversalIn,
        answers={200: VoucherOut},
        replies={200: "Cancelled."},
        problems=[
            "voucher_not_found",
            "voucher_already_redeemed",
            "voucher_expired",
            "voucher_cancelled",
            "voucher_held",
        ],
        key="required",
        examples=[sent("Given by mistake", {"reason": "Emitido por engano"})],
    )
    def post(self, request: Request, code: str) -> Response:
        """Cancel."""
        self.require_key()
        reason = self.parsed(ReversalIn)["reason"]

        def work() -> tuple[int, Any]:
            found = get_voucher(tenant=self.tenant, code=code)
            done = cancel_voucher(tenant=self.tenant, voucher=found.id, reason=reason, actor=self.actor)
            return 200, rendered(VoucherOut, done)

        return self.noting_misses(lambda: self.once(work))


class RedemptionReversal(VoucherView):
    """`/redemptions/{id}/reverse`"""

    scopes = {"POST": "vouchers:redeem"}

    @call(
        "reverseRedemption",
        "Vouchers",
        "Take a use back",
        description=(
            "The voucher is good again; if its time is over, for the coupon's days of grace. If it was cancelled, or "
            "the plan or sale that it came with is gone, it is cancelled, as `voucher_status` says."
        ),
        body=ReversalIn,
        answers={201: RedemptionOut},
        replies={201: "Taken back."},
        problems=["redemption_not_found", "redemption_already_reversed"],
        key="required",
        examples=[sent("A mistake at the till", {"reason": "Cliente desistiu da compra"})],
    )
    def post(self, request: Request, redemption: UUID) -> Response:
        """Take back."""
        self.require_key()
        reason = self.parsed(ReversalIn)["reason"]

        def work() -> tuple[int, Any]:
            info = reverse_redemption(
                tenant=self.tenant, redemption=redemption, reason=reason, key=self.idempotency_key, actor=self.actor
            )
            return 201, self.redemption(info)

        return self.once(work)
