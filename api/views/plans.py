"""Plans: memberships with a period, and who has them."""

import hashlib
from dataclasses import fields
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.plans import (
    CustomerPlanIn,
    CustomerPlansOut,
    PlanChangesIn,
    PlanIn,
    PlanMemberOut,
    PlanMemberPageOut,
    PlanMembersQuery,
    PlanOut,
    PlansOut,
    PlanWithdrawalIn,
)
from api.views.base import KEY_HEADER, ApiView, rendered
from programs.selectors import CustomerPlans, PlanInfo, customer_plans, get_plan, plan_members, plans
from programs.services import (
    PlanTerms,
    buy_plan_with_points,
    change_plan,
    confirm_payment,
    create_plan,
    grant_plan,
    withdraw_plan,
)
from smartbis.customers.selectors import get_customer

TERMS = {
    "name": "Sócio anual",
    "price_minor": 12000,
    "length": "months",
    "count": 12,
    "skus": ["ANUIDADE"],
    "reminder_days": [30, 7],
    "pix_key": "tesouraria@associacao.example",
}
PLAN = {
    "key": "socio",
    "description": "",
    "benefits": [],
    "price_points": None,
    "until": None,
    "grace_days": 0,
    "rewards_renewal": False,
    "payment_link": "",
    "status": "live",
} | TERMS
HELD = {
    "plans": [
        {
            "plan": "socio",
            "name": "Sócio anual",
            "state": "active",
            "started_at": "2026-11-21T18:04:05Z",
            "ends_at": "2027-11-21T03:00:00Z",
            "lapses_at": "2027-11-21T03:00:00Z",
        }
    ],
    "periods": [
        {
            "id": "0199a3f2-8b22-7e3f-9a01-3c4d5e6f7082",
            "plan": "socio",
            "cause": "payment",
            "origin": "payment:5f2b8c1d9e7a4f30",
            "bought_at": "2026-11-21T18:04:05Z",
            "starts_at": "2026-11-21T18:04:05Z",
            "ends_at": "2027-11-21T03:00:00Z",
            "purchase_id": None,
            "points": 0,
            "taken_back": "",
            "vouchers_kept": 0,
        }
    ],
}

MEMBER = {
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "state": "active",
    "started_at": "2026-11-21T18:04:05Z",
    "ends_at": "2027-11-21T03:00:00Z",
    "lapses_at": "2027-11-21T03:00:00Z",
}


class Plans(ApiView):
    """`/plans`"""

    scopes = {"GET": "programs:read", "POST": "programs:write"}

    @call(
        "listPlans",
        "Plans",
        "List the plans",
        answers={200: PlansOut},
        examples=[answered("The plans", {"results": [PLAN], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        return Response({"results": rendered(PlanOut, plans(tenant=self.tenant), many=True), "next": None})

    @call(
        "createPlan",
        "Plans",
        "Open a plan",
        description="Sold at once: by the sale of one of its `skus`, by a payment that is confirmed, with points. No "
        "card data is ever taken; `pix_key` and `payment_link` are where members pay you.",
        body=PlanIn,
        answers={201: PlanOut},
        replies={201: "Open."},
        problems=["slug_taken"],
        key="optional",
        examples=[sent("A year", {"key": "socio"} | TERMS), answered("Open", PLAN, 201)],
    )
    def post(self, request: Request) -> Response:
        """Open."""
        given = self.parsed(PlanIn)
        key = given.pop("key")

        def work() -> tuple[int, Any]:
            info = create_plan(tenant=self.tenant, key=key, terms=_terms(given), actor=self.actor)
            return 201, rendered(PlanOut, info)

        return self.perhaps_once(work)


class OnePlan(ApiView):
    """`/plans/{key}`"""

    scopes = {"GET": "programs:read", "PATCH": "programs:write"}

    @call(
        "getPlan",
        "Plans",
        "Read a plan",
        answers={200: PlanOut},
        problems=["plan_not_found"],
        examples=[answered("A plan", PLAN)],
    )
    def get(self, request: Request, plan: str) -> Response:
        """Read."""
        return Response(rendered(PlanOut, get_plan(tenant=self.tenant, key=plan)))

    @call(
        "changePlan",
        "Plans",
        "Change a plan",
        description="Sends only what changes. Periods already bought keep the terms they were bought by; a closed plan "
        "is neither bought nor renewed.",
        body=PlanChangesIn,
        answers={200: PlanOut},
        problems=["plan_not_found"],
        key="optional",
        examples=[sent("Close it", {"status": "closed"}), answered("Changed", PLAN | {"status": "closed"})],
    )
    def patch(self, request: Request, plan: str) -> Response:
        """Change."""
        given = self.parsed(PlanChangesIn)
        status = given.pop("status", None)

        def work() -> tuple[int, Any]:
            before = get_plan(tenant=self.tenant, key=plan)
            terms = _terms(given, before) if given else None
            info = change_plan(tenant=self.tenant, key=plan, terms=terms, status=status, actor=self.actor)
            return 200, rendered(PlanOut, info)

        return self.perhaps_once(work)


class CustomersPlans(ApiView):
    """`/customers/{id}/plans`"""

    scopes = {"GET": "customers:read", "POST": "programs:write"}

    @call(
        "getCustomerPlans",
        "Plans",
        "Read a customer's plans",
        description="As they stand, with every period behind them.",
        answers={200: CustomerPlansOut},
        problems=["customer_not_found"],
        examples=[answered("One plan", HELD)],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        get_customer(tenant=self.tenant, customer=customer)
        found = customer_plans(tenant=self.tenant, customer=customer, with_periods=True)
        return Response(rendered(CustomerPlansOut, found))

    @call(
        "giveCustomerPlan",
        "Plans",
        "Confirm a payment of a plan, or give it",
        description="With `payment`: you saw the money. With `reason`: for nothing. With `with_points`: the customer "
        "pays with points. A plan that still runs, its grace included, goes on from its end.",
        body=CustomerPlanIn,
        answers={201: CustomerPlansOut},
        replies={201: "The customer's plans now."},
        problems=[
            "customer_not_found",
            "plan_not_found",
            "plan_closed",
            "plan_already_paid",
            "plan_not_for_points",
            "plan_source_conflict",
            "insufficient_balance",
        ],
        key="required",
        examples=[
            sent("A Pix", {"plan": "socio", "payment": {"amount_minor": 12000, "reference": "E18236120202611"}}),
            answered("Booked", HELD, 201),
        ],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Confirm a payment, or give."""
        self.require_key()
        given = self.parsed(CustomerPlanIn)
        return self.once(lambda: (201, rendered(CustomerPlansOut, self._give(customer, given))))

    def _give(self, customer: UUID, given: dict[str, Any]) -> CustomerPlans:
        sent_key = self.request.headers.get(KEY_HEADER, "").strip()
        key = hashlib.sha256(f"api:{sent_key}".encode()).hexdigest()[:40]
        what: dict[str, Any] = {
            "tenant": self.tenant,
            "customer": customer,
            "plan_key": given["plan"],
            "periods": given["periods"],
            "actor": self.actor,
        }
        if payment := given.get("payment"):
            return confirm_payment(**what, **payment)
        if reason := given.get("reason"):
            return grant_plan(**what, reason=reason, key=key)
        return buy_plan_with_points(**what, key=key)


class PlanWithdrawal(ApiView):
    """`/customers/{id}/plans/withdraw`"""

    scopes = {"POST": "programs:write"}

    @call(
        "withdrawCustomerPlan",
        "Plans",
        "Take back what was paid or given",
        description="Every period of that `origin`, as if it had never been: points come back, unused vouchers that "
        "came with it are cancelled. Again changes nothing. What a sale brought goes with the sale's refund.",
        body=PlanWithdrawalIn,
        answers={200: CustomerPlansOut},
        problems=["customer_not_found", "plan_period_not_found"],
        key="required",
        examples=[
            sent("Booked for the wrong customer", {"origin": "payment:5f2b8c1d9e7a4f30", "reason": "Pago por outro"}),
            answered("Nothing is left", {"plans": [], "periods": []}),
        ],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Withdraw."""
        self.require_key()
        given = self.parsed(PlanWithdrawalIn)

        def work() -> tuple[int, Any]:
            person = get_customer(tenant=self.tenant, customer=customer)
            left = withdraw_plan(
                tenant=self.tenant,
                customer=person.id,
                source=given["origin"],
                reason=given["reason"],
                actor=self.actor,
            )
            return 200, rendered(CustomerPlansOut, left)

        return self.once(work)


class PlanMembers(ApiView):
    """`/plans/{key}/members`"""

    scopes = {"GET": "customers:read"}

    @call(
        "listPlanMembers",
        "Plans",
        "List who has a plan",
        description="By their end, the soonest first; lapsed ones the newest first.",
        query=PlanMembersQuery,
        answers={200: PlanMemberPageOut},
        problems=["plan_not_found", "cursor_invalid"],
        examples=[answered("One member", {"results": [MEMBER], "next": None})],
    )
    def get(self, request: Request, plan: str) -> Response:
        """List."""
        which = self.asked(PlanMembersQuery)["which"]
        key = get_plan(tenant=self.tenant, key=plan).key
        return self.page(
            lambda cursor, limit: plan_members(tenant=self.tenant, plan=key, which=which, cursor=cursor, limit=limit),
            PlanMemberOut,
        )


def _terms(given: dict[str, Any], before: PlanInfo | None = None) -> PlanTerms:
    """What was sent as the service takes it, over what was."""
    if "benefits" in given:
        given = given | {"benefits": "\n".join(given["benefits"])}
    if before is None:
        return PlanTerms(**given)
    old = {field.name: getattr(before, field.name) for field in fields(PlanTerms)}
    return PlanTerms(**(old | {"benefits": "\n".join(before.benefits)} | given))
