"""Coupons: what customers can have, and on which terms."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.coupons import drafted, shaped, store_codes
from api.schema import answered, call, sent
from api.serializers.coupons import CouponChangesIn, CouponIn, CouponOut, CouponPageOut, CouponQuery
from api.views.base import ApiView, rendered
from vouchers.infos import CouponInfo
from vouchers.selectors import coupons, get_coupon
from vouchers.services import change_coupon, create_coupon

TERMS = {
    "name": "R$ 15 de desconto",
    "kind": "amount",
    "value_minor": 1500,
    "cost": {"unit": "points", "amount": 150},
    "valid_days": 30,
    "min_purchase_minor": 5000,
    "stock": 200,
    "limit_per_customer": 2,
    "on_lapse": "return",
}
COUPON = TERMS | {
    "description": "",
    "image": "",
    "status": "live",
    "is_listed": True,
    "value_bp": None,
    "value_sku": "",
    "value_key": "",
    "period": None,
    "usable_from": None,
    "holder": "personal",
    "uses": 1,
    "stores": [],
    "weekdays": [],
    "hours": [],
    "plans": [],
    "tiers": [],
    "segment": "",
    "communities": [],
    "tags": [],
    "birthday": "",
    "new_within_days": None,
    "inactive_for_days": None,
    "limit_per_day": None,
    "is_divisible": False,
    "stacks_with_vouchers": True,
    "stacks_with_balance": True,
    "given_with_plans": [],
    "uses_pool": False,
    "rotates_code": False,
    "notice_days": [30, 7, 1],
    "grace_days": 7,
    "funded_by": "brand",
    "conditions": "",
    "campaign": None,
    "phase": "live",
    "max_discount_minor": None,
    "budget_minor": None,
    "id": "0199a3f2-8b22-7e3f-9a01-3c4d5e6f7081",
    "currency": "BRL",
    "stock_left": 200,
    "budget_left_minor": None,
    "created_at": "2026-11-21T18:04:05Z",
    "changed_at": "2026-11-21T18:04:05Z",
}


class Coupons(ApiView):
    """`/coupons`"""

    scopes = {"GET": "coupons:read", "POST": "coupons:write"}

    @call(
        "listCoupons",
        "Coupons",
        "List the coupons",
        query=CouponQuery,
        answers={200: CouponPageOut},
        examples=[answered("The coupons", {"results": [COUPON], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        found = coupons(tenant=self.tenant, status=self.asked(CouponQuery).get("status"))
        codes = store_codes(self.tenant)
        return Response({"results": [_body(coupon, codes) for coupon in found], "next": None})

    @call(
        "createCoupon",
        "Coupons",
        "Create a coupon",
        description="Live at once unless `status` says otherwise. `freebie` and `upgrade` give `value_sku` and "
        "`value_key`; their `value_minor`, if sent, is what they cost the brand.",
        body=CouponIn,
        answers={201: CouponOut},
        replies={201: "Created."},
        key="optional",
        examples=[sent("R$ 15 for 150 points", TERMS), answered("Created", COUPON, 201)],
    )
    def post(self, request: Request) -> Response:
        """Create."""
        given = self.parsed(CouponIn)

        def work() -> tuple[int, Any]:
            info = create_coupon(tenant=self.tenant, draft=drafted(self.tenant, given), actor=self.actor)
            return 201, _body(info, store_codes(self.tenant))

        return self.perhaps_once(work)


class OneCoupon(ApiView):
    """`/coupons/{id}`"""

    scopes = {"GET": "coupons:read", "PATCH": "coupons:write"}

    @call(
        "getCoupon",
        "Coupons",
        "Read a coupon",
        answers={200: CouponOut},
        problems=["coupon_not_found"],
        examples=[answered("A coupon", COUPON)],
    )
    def get(self, request: Request, coupon: UUID) -> Response:
        """Read."""
        return Response(_body(get_coupon(tenant=self.tenant, coupon=coupon), store_codes(self.tenant)))

    @call(
        "changeCoupon",
        "Coupons",
        "Change a coupon",
        description="Sends only what changes. Vouchers already issued keep what they give.",
        body=CouponChangesIn,
        answers={200: CouponOut},
        problems=["coupon_not_found"],
        key="optional",
        examples=[sent("Pause it", {"status": "paused"}), answered("Changed", COUPON | {"status": "paused"})],
    )
    def patch(self, request: Request, coupon: UUID) -> Response:
        """Change."""
        given = self.parsed(CouponChangesIn)

        def work() -> tuple[int, Any]:
            before = get_coupon(tenant=self.tenant, coupon=coupon).as_draft()
            draft = drafted(self.tenant, given, before)
            info = change_coupon(tenant=self.tenant, coupon=coupon, draft=draft, actor=self.actor)
            return 200, _body(info, store_codes(self.tenant))

        return self.perhaps_once(work)


def _body(coupon: CouponInfo, codes: dict[UUID, str]) -> Any:
    return rendered(CouponOut, shaped(coupon, codes))
