"""Balances corrected by hand."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.adjustments import (
    AdjustmentIn,
    AdjustmentLimitOut,
    AdjustmentLimitsOut,
    AdjustmentOut,
    AdjustmentPageOut,
    AdjustmentsQuery,
    DecisionIn,
)
from api.views.base import KEY_HEADER, ApiView, rendered
from programs.selectors import AdjustmentInfo, adjustment_limits, adjustments
from programs.services import approve_adjustment, refuse_adjustment, request_adjustment

WAITING = {
    "id": "0199a3f2-8c02-7b11-a6d0-4c2f1e9b7a55",
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "unit": "BRL",
    "amount": 2500,
    "reason": "service_failure",
    "note": "Pedido 8812 chegou errado",
    "state": "requested",
    "requested_by": "SAC",
    "requested_at": "2026-11-21T18:04:05Z",
    "decided_by": "",
    "decided_at": None,
    "decision_note": "",
}
POSTED = WAITING | {"state": "posted", "decided_by": "Clara Dias", "decided_at": "2026-11-21T18:20:41Z"}

LIMITS = [
    {"role": "owner", "money_minor": None, "points": None},
    {"role": "manager", "money_minor": 20000, "points": 20000},
    {"role": "attendant", "money_minor": 2000, "points": 2000},
    {"role": "api_key", "money_minor": 0, "points": 0},
]


class CustomerAdjustments(ApiView):
    """`/customers/{id}/adjustments`"""

    scopes = {"POST": "adjustments:write"}

    @call(
        "createAdjustment",
        "Adjustments",
        "Give to a balance, or take from it",
        description="Within the limit that the brand sets for its keys (none at first) it is posted at once; above it, "
        "201 answers `requested`, and a second person decides. What a key gave or took of a customer within 24 hours "
        "counts together. What the customer owes is repaid from what is given.",
        body=AdjustmentIn,
        answers={201: AdjustmentOut},
        replies={201: "Posted, or waiting for a second person."},
        problems=["customer_not_found", "insufficient_balance", "adjustment_conflict"],
        key="required",
        examples=[
            sent(
                "A compensation",
                {"unit": "BRL", "amount": 2500, "reason": "service_failure", "note": "Pedido 8812 chegou errado"},
            ),
            answered("Waiting", WAITING, 201),
        ],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Ask."""
        self.require_key()
        given = self.parsed(AdjustmentIn)
        key = f"api:{self.key.id}:{request.headers[KEY_HEADER].strip()}"[:255]

        def work() -> tuple[int, Any]:
            info = request_adjustment(tenant=self.tenant, customer=customer, key=key, actor=self.actor, **given)
            return 201, rendered(AdjustmentOut, info)

        return self.once(work)


class Adjustments(ApiView):
    """`/adjustments`"""

    scopes = {"GET": "adjustments:read"}

    @call(
        "listAdjustments",
        "Adjustments",
        "List adjustments",
        description="The newest first; with `state=requested` what waits for a second person.",
        query=AdjustmentsQuery,
        answers={200: AdjustmentPageOut},
        problems=["cursor_invalid"],
        examples=[answered("Waiting", {"results": [WAITING], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        asked = self.asked(AdjustmentsQuery)
        only = {name: asked[name] for name in ("state", "customer") if name in asked}
        return self.page(
            lambda cursor, limit: adjustments(tenant=self.tenant, cursor=cursor, limit=limit, **only), AdjustmentOut
        )


class AdjustmentLimits(ApiView):
    """`/adjustments/limits`"""

    scopes = {"GET": "adjustments:read"}

    @call(
        "listAdjustmentLimits",
        "Adjustments",
        "Read who may adjust, and how much alone",
        description="The owner alone sets the limits, at the dashboard: who is limited, a key too, does not move them.",
        answers={200: AdjustmentLimitsOut},
        examples=[answered("The usual ones", {"results": LIMITS, "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        rows = [{"role": role, **vars(limit)} for role, limit in adjustment_limits(tenant=self.tenant).items()]
        return Response({"results": rendered(AdjustmentLimitOut, rows, many=True), "next": None})


class _Decision(ApiView):
    scopes = {"POST": "adjustments:write"}

    def decided(self, decide: Callable[[], AdjustmentInfo]) -> Response:
        """The answer of a decision, once for each key."""
        return self.once(lambda: (200, rendered(AdjustmentOut, decide())))


_REFUSALS = ["adjustment_not_found", "adjustment_decided", "adjustment_own_request", "adjustment_above_limit"]


class AdjustmentApproval(_Decision):
    """`/adjustments/{id}/approve`"""

    @call(
        "approveAdjustment",
        "Adjustments",
        "Approve an adjustment",
        description="Posts what somebody else asked for, if the brand gives its keys a limit that suffices. Of several "
        "decisions at once, one counts.",
        answers={200: AdjustmentOut},
        problems=[*_REFUSALS, "insufficient_balance"],
        key="required",
        examples=[answered("Posted", POSTED)],
    )
    def post(self, request: Request, adjustment: UUID) -> Response:
        """Approve."""
        self.require_key()
        return self.decided(lambda: approve_adjustment(tenant=self.tenant, adjustment=adjustment, actor=self.actor))


class AdjustmentRefusal(_Decision):
    """`/adjustments/{id}/refuse`"""

    @call(
        "refuseAdjustment",
        "Adjustments",
        "Refuse an adjustment",
        body=DecisionIn,
        answers={200: AdjustmentOut},
        problems=_REFUSALS,
        key="required",
        examples=[
            sent("With a reason", {"note": "Sem comprovante"}),
            answered("Refused", POSTED | {"state": "refused", "decision_note": "Sem comprovante"}),
        ],
    )
    def post(self, request: Request, adjustment: UUID) -> Response:
        """Refuse."""
        self.require_key()
        note = self.parsed(DecisionIn).get("note", "")
        return self.decided(
            lambda: refuse_adjustment(tenant=self.tenant, adjustment=adjustment, note=note, actor=self.actor)
        )
