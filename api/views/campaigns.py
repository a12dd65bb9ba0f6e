"""Campaigns, vouchers for many at once, and codes of other companies."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.references import customer_of
from api.schema import answered, call, sent
from api.serializers.campaigns import (
    CampaignIn,
    CampaignOut,
    CampaignPageOut,
    CodesIn,
    CodesOut,
    IssuanceIn,
    IssuanceOut,
    IssuancePageOut,
    IssuanceTurnIn,
)
from api.views.base import KEY_HEADER, ApiView, rendered
from vouchers.infos import CampaignDraft, IssuanceInfo
from vouchers.selectors.campaigns import campaigns, get_campaign
from vouchers.selectors.issuances import get_issuance, issuances
from vouchers.services import (
    add_codes,
    change_campaign,
    create_campaign,
    pause_issuance,
    resume_issuance,
    start_issuance,
    stop_issuance,
)

CAMPAIGN = {
    "id": "0199a3f2-9c31-7d10-8a44-0c1d2e3f4a5b",
    "name": "Natal",
    "goal": "Trazer de volta quem comprou no Natal passado",
    "starts_at": "2026-12-01T03:00:00Z",
    "ends_at": "2026-12-26T03:00:00Z",
    "coupons": 3,
    "created_at": "2026-11-21T18:04:05Z",
}
ISSUANCE = {
    "id": "0199a3f2-a0b1-7c22-9d33-4e5f60718293",
    "coupon_id": "0199a3f2-8b22-7e3f-9a01-3c4d5e6f7081",
    "coupon_name": "R$ 15 de desconto",
    "audience": "segment",
    "segment": "sumidos",
    "reason": "Campanha de Natal",
    "status": "running",
    "stopped_by": "",
    "total": 412,
    "issued": 0,
    "refused": 0,
    "refusals": {},
    "created_at": "2026-11-21T18:04:05Z",
    "finished_at": None,
}


class Campaigns(ApiView):
    """`/campaigns`"""

    scopes = {"GET": "coupons:read", "POST": "coupons:write"}

    @call(
        "listCampaigns",
        "Coupons",
        "List the campaigns",
        answers={200: CampaignPageOut},
        examples=[answered("The campaigns", {"results": [CAMPAIGN], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        found = [rendered(CampaignOut, each) for each in campaigns(tenant=self.tenant)]
        return Response({"results": found, "next": None})

    @call(
        "createCampaign",
        "Coupons",
        "Create a campaign",
        description="A name and a period that coupons belong to by their `campaign`; reports filter by it.",
        body=CampaignIn,
        answers={201: CampaignOut},
        replies={201: "Created."},
        key="optional",
        examples=[sent("Christmas", {"name": "Natal"}), answered("Created", CAMPAIGN | {"coupons": 0}, 201)],
    )
    def post(self, request: Request) -> Response:
        """Create."""
        given = self.parsed(CampaignIn)

        def work() -> tuple[int, Any]:
            info = create_campaign(tenant=self.tenant, draft=_draft(given), actor=self.actor)
            return 201, rendered(CampaignOut, info)

        return self.perhaps_once(work)


class OneCampaign(ApiView):
    """`/campaigns/{id}`"""

    scopes = {"GET": "coupons:read", "PUT": "coupons:write"}

    @call(
        "getCampaign",
        "Coupons",
        "Read a campaign",
        answers={200: CampaignOut},
        problems=["campaign_not_found"],
        examples=[answered("A campaign", CAMPAIGN)],
    )
    def get(self, request: Request, campaign: UUID) -> Response:
        """Read."""
        return Response(rendered(CampaignOut, get_campaign(tenant=self.tenant, campaign=campaign)))

    @call(
        "changeCampaign",
        "Coupons",
        "Change a campaign",
        description="Takes the whole campaign.",
        body=CampaignIn,
        answers={200: CampaignOut},
        problems=["campaign_not_found"],
        key="optional",
        examples=[sent("Christmas", {"name": "Natal 2026"}), answered("Changed", CAMPAIGN | {"name": "Natal 2026"})],
    )
    def put(self, request: Request, campaign: UUID) -> Response:
        """Change."""
        given = self.parsed(CampaignIn)

        def work() -> tuple[int, Any]:
            change_campaign(tenant=self.tenant, campaign=campaign, draft=_draft(given), actor=self.actor)
            return 200, rendered(CampaignOut, get_campaign(tenant=self.tenant, campaign=campaign))

        return self.perhaps_once(work)


class Issuances(ApiView):
    """`/issuances`"""

    scopes = {"GET": "vouchers:read", "POST": "vouchers:write"}

    @call(
        "listIssuances",
        "Vouchers",
        "List the issuances",
        description="The newest hundred, without their refusals counted.",
        answers={200: IssuancePageOut},
        examples=[answered("One", {"results": [ISSUANCE], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        found = [rendered(IssuanceOut, each) for each in issuances(tenant=self.tenant)]
        return Response({"results": found, "next": None})

    @call(
        "startIssuance",
        "Vouchers",
        "Issue vouchers to many",
        description="One voucher of a coupon, as a gift, for each customer of a segment, of a list or of the brand, or "
        "`count` codes without a customer. They are issued in the background, each customer once, within the coupon's "
        "stock, budget and limits; what runs out lets the issuance rest until it is resumed.",
        body=IssuanceIn,
        answers={202: IssuanceOut},
        replies={202: "Taken; ask for it again."},
        problems=["coupon_not_found", "customer_not_found"],
        key="required",
        examples=[
            sent(
                "A segment",
                {
                    "coupon": ISSUANCE["coupon_id"],
                    "audience": "segment",
                    "segment": "sumidos",
                    "reason": "Campanha de Natal",
                },
            ),
            answered("Taken", ISSUANCE, 202),
        ],
    )
    def post(self, request: Request) -> Response:
        """Start."""
        self.require_key()
        given = self.parsed(IssuanceIn)

        def work() -> tuple[int, Any]:
            return 202, rendered(IssuanceOut, self._start(given))

        return self.once(work)

    def _start(self, given: dict[str, Any]) -> IssuanceInfo:
        named = [customer_of(self.tenant, each) for each in given.get("customers", ())]
        return start_issuance(
            tenant=self.tenant,
            coupon=given["coupon"],
            audience="list" if given["audience"] == "customers" else given["audience"],
            segment=given.get("segment", ""),
            customers=named,
            count=given.get("count", 0),
            reason=given["reason"],
            key=self.request.headers.get(KEY_HEADER, "").strip(),
            actor=self.actor,
        )


class OneIssuance(ApiView):
    """`/issuances/{id}`"""

    scopes = {"GET": "vouchers:read", "POST": "vouchers:write"}

    @call(
        "getIssuance",
        "Vouchers",
        "Read how far an issuance has come",
        answers={200: IssuanceOut},
        problems=["issuance_not_found"],
        examples=[answered("Under way", ISSUANCE | {"issued": 200})],
    )
    def get(self, request: Request, issuance: UUID) -> Response:
        """Read."""
        return Response(rendered(IssuanceOut, get_issuance(tenant=self.tenant, issuance=issuance)))

    @call(
        "turnIssuance",
        "Vouchers",
        "Pause, resume or stop an issuance",
        description="The part that is being issued is finished first. A stopped one cannot be resumed.",
        body=IssuanceTurnIn,
        answers={200: IssuanceOut},
        problems=["issuance_not_found", "issuance_ended"],
        key="optional",
        examples=[sent("Pause", {"do": "pause"}), answered("Paused", ISSUANCE | {"status": "paused"})],
    )
    def post(self, request: Request, issuance: UUID) -> Response:
        """Turn."""
        turn = {"pause": pause_issuance, "resume": resume_issuance, "stop": stop_issuance}
        wanted = turn[self.parsed(IssuanceTurnIn)["do"]]

        def work() -> tuple[int, Any]:
            return 200, rendered(IssuanceOut, wanted(tenant=self.tenant, issuance=issuance, actor=self.actor))

        return self.perhaps_once(work)


class CouponCodes(ApiView):
    """`/coupons/{id}/codes`"""

    scopes = {"POST": "coupons:write"}

    @call(
        "addCouponCodes",
        "Coupons",
        "Add another company's codes",
        description="For a coupon with `uses_pool`: each voucher to come takes one. Codes that are there already are "
        "counted and left out.",
        body=CodesIn,
        answers={201: CodesOut},
        replies={201: "Added."},
        problems=["coupon_not_found"],
        key="optional",
        examples=[
            sent("Two", {"codes": ["CINE-4471", "CINE-4472"]}),
            answered("Added", {"added": 2, "known": 0}, 201),
        ],
    )
    def post(self, request: Request, coupon: UUID) -> Response:
        """Add."""
        codes = self.parsed(CodesIn)["codes"]

        def work() -> tuple[int, Any]:
            return 201, rendered(CodesOut, add_codes(tenant=self.tenant, coupon=coupon, codes=codes, actor=self.actor))

        return self.perhaps_once(work)


def _draft(given: dict[str, Any]) -> CampaignDraft:
    return CampaignDraft(
        name=given["name"],
        goal=given.get("goal", ""),
        starts_at=given.get("starts_at"),
        ends_at=given.get("ends_at"),
    )
