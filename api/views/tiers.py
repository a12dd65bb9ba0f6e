"""Tiers: levels earned by behaviour, and where customers stand."""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.base import PageQuery
from api.serializers.plans import LadderIn, LadderOut, TierMemberOut, TierMemberPageOut, TierOut
from api.views.base import ApiView, rendered
from programs.errors import NoTiers
from programs.selectors import LadderInfo, find_ladder, tier_card, tier_counts, tier_members
from programs.services import set_ladder
from programs.tiers import Tier
from smartbis.customers.selectors import get_customer

SILVER = {"key": "prata", "name": "Prata", "threshold": 50000, "colour": "#8c8c8c", "icon": "star", "benefits": ""}
GOLD = {"key": "ouro", "name": "Ouro", "threshold": 200000, "colour": "#b8860b", "icon": "crown", "benefits": ""}
LADDER = {
    "tiers": [SILVER, GOLD],
    "measure": "spend",
    "window": "calendar_year",
    "window_days": 365,
    "keep": "period_end",
    "keep_days": 365,
    "fall": "one_step",
    "warn_days": 30,
}
SET = LADDER | {"version": 1, "customers": {"prata": 41, "ouro": 7}, "judged": 120, "to_judge": 120}
SET = SET | {"judged_at": "2026-11-21T18:04:05Z"}

MEMBER = {
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "figure": 80000,
    "missing": 0,
    "reached_at": "2026-05-02T14:00:00Z",
    "keep_until": "2027-01-01T03:00:00Z",
}


class Tiers(ApiView):
    """`/tiers`"""

    scopes = {"GET": "programs:read", "PUT": "programs:write"}

    @call(
        "getTiers",
        "Tiers",
        "Read the ladder of tiers",
        description="With how many customers are in each tier, and how far everybody was judged since the last change.",
        answers={200: LadderOut},
        problems=["no_tiers"],
        examples=[answered("Two tiers by the year's spend", SET)],
    )
    def get(self, request: Request) -> Response:
        """Read."""
        info = find_ladder(tenant=self.tenant)
        if info is None:
            raise NoTiers
        return Response(self._body(info))

    @call(
        "setTiers",
        "Tiers",
        "Set the ladder of tiers",
        description="The whole of it. Everybody is judged anew in the background; nobody is messaged because of it.",
        body=LadderIn,
        answers={200: LadderOut},
        key="optional",
        examples=[sent("Two tiers", LADDER), answered("Set", SET | {"judged": 0, "judged_at": None})],
    )
    def put(self, request: Request) -> Response:
        """Set."""
        given = self.parsed(LadderIn)
        tiers = [Tier(**tier) for tier in given.pop("tiers")]

        def work() -> tuple[int, Any]:
            info = set_ladder(tenant=self.tenant, tiers=tiers, actor=self.actor, **given)
            return 200, self._body(info)

        return self.perhaps_once(work)

    def _body(self, info: LadderInfo) -> Any:
        told = {
            **vars(info.ladder),
            "version": info.version,
            "customers": tier_counts(tenant=self.tenant),
            "judged": info.walk_done,
            "to_judge": info.walk_total,
            "judged_at": info.walked_at,
        }
        return rendered(LadderOut, told)


class TierMembers(ApiView):
    """`/tiers/{key}/members`"""

    scopes = {"GET": "customers:read"}

    @call(
        "listTierMembers",
        "Tiers",
        "List who is in a tier",
        description="Who has been there longest first.",
        query=PageQuery,
        answers={200: TierMemberPageOut},
        problems=["not_found", "no_tiers", "cursor_invalid"],
        examples=[answered("One member", {"results": [MEMBER], "next": None})],
    )
    def get(self, request: Request, tier: str) -> Response:
        """List."""
        info = find_ladder(tenant=self.tenant)
        if info is None:
            raise NoTiers
        if tier not in {each.key for each in info.ladder.tiers}:
            raise Http404
        return self.page(
            lambda cursor, limit: tier_members(tenant=self.tenant, tier=tier, cursor=cursor, limit=limit),
            TierMemberOut,
        )


class CustomerTier(ApiView):
    """`/customers/{id}/tier`"""

    scopes = {"GET": "customers:read"}

    @call(
        "getCustomerTier",
        "Tiers",
        "Read where a customer stands",
        description="The tier, what lacks to the next, and until when it is kept.",
        answers={200: TierOut},
        problems=["customer_not_found", "no_tiers"],
        examples=[
            answered(
                "On the way to gold",
                {
                    "tier": SILVER,
                    "next": GOLD,
                    "measure": "spend",
                    "figure": 80000,
                    "since": "2026-01-01T03:00:00Z",
                    "reached_at": "2026-05-02T14:00:00Z",
                    "keep_until": "2027-01-01T03:00:00Z",
                    "to_next": 120000,
                    "to_keep": 0,
                },
            )
        ],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        get_customer(tenant=self.tenant, customer=customer)
        card = tier_card(tenant=self.tenant, customer=customer)
        if card is None:
            raise NoTiers
        return Response(rendered(TierOut, card))
