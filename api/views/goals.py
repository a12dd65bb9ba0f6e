"""Referrals and challenges."""

from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.goals import (
    ChallengeIn,
    ChallengeOut,
    ChallengePageOut,
    ProgressOut,
    ProgressPageOut,
    ReferralOut,
    ReferralPageOut,
    ReferralQuery,
    ReferrerOut,
)
from api.views.base import ApiView, rendered
from programs.challenges.infos import ChallengeDraft
from programs.challenges.selectors import challenges, progress_of
from programs.challenges.services import create_challenge
from programs.referrals.selectors import referrals, referrer_info
from smartbis.customers.selectors import get_customer

CHALLENGE = {
    "key": "tres-visitas",
    "name": "Três visitas em dezembro",
    "goal": "purchases",
    "number": 3,
    "starts_at": "2026-12-01T03:00:00Z",
    "ends_at": "2027-01-01T03:00:00Z",
    "reward_words": "50 pontos",
}


class CustomerReferral(ApiView):
    """`/customers/{id}/referral`"""

    scopes = {"GET": "customers:read"}

    @call(
        "getReferral",
        "Referrals",
        "Read a customer's own code",
        description="`code` and `link` are empty until the customer asked for them in the portal.",
        answers={200: ReferrerOut},
        problems=["customer_not_found"],
        examples=[
            answered(
                "One friend has bought",
                {
                    "code": "8F3K2QZP",
                    "link": "https://clube.example/p/aurora/i/8F3K2QZP/",
                    "invited": 2,
                    "waiting": 1,
                    "settled": 1,
                    "settled_this_month": 1,
                },
            )
        ],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        person = get_customer(tenant=self.tenant, customer=customer)
        info = referrer_info(tenant=self.tenant, customer=person.id)
        names = ("code", "invited", "waiting", "settled", "settled_this_month")
        link = f"{settings.BASE_URL}/p/{self.brand.slug}/i/{info.code}/" if info.code else ""
        return Response(rendered(ReferrerOut, {name: getattr(info, name) for name in names} | {"link": link}))


class Referrals(ApiView):
    """`/referrals`"""

    scopes = {"GET": "customers:read"}

    @call(
        "listReferrals",
        "Referrals",
        "List the referrals",
        description="The newest first, at most 500.",
        query=ReferralQuery,
        answers={200: ReferralPageOut},
    )
    def get(self, request: Request) -> Response:
        """List."""
        found = referrals(tenant=self.tenant, status=self.asked(ReferralQuery).get("status", ""))
        return Response({"results": rendered(ReferralOut, found, many=True), "next": None})


class Challenges(ApiView):
    """`/challenges`"""

    scopes = {"GET": "programs:read", "POST": "programs:write"}

    @call("listChallenges", "Challenges", "List the challenges", answers={200: ChallengePageOut})
    def get(self, request: Request) -> Response:
        """List."""
        found = challenges(tenant=self.tenant)
        return Response({"results": rendered(ChallengeOut, found, many=True), "next": None})

    @call(
        "createChallenge",
        "Challenges",
        "Announce a challenge",
        description="Reaching it is the participation `challenge:<key>`; what it gives, the programme's rules say.",
        body=ChallengeIn,
        answers={201: ChallengeOut},
        replies={201: "Created."},
        problems=["slug_taken"],
        key="optional",
        examples=[sent("Three purchases in December", CHALLENGE)],
    )
    def post(self, request: Request) -> Response:
        """Create."""
        given = self.parsed(ChallengeIn)

        def work() -> tuple[int, Any]:
            info = create_challenge(tenant=self.tenant, draft=ChallengeDraft(**given), actor=self.actor)
            return 201, rendered(ChallengeOut, info)

        return self.perhaps_once(work)


class CustomerChallenges(ApiView):
    """`/customers/{id}/challenges`"""

    scopes = {"GET": "customers:read"}

    @call(
        "listCustomerChallenges",
        "Challenges",
        "Read how far a customer has come",
        answers={200: ProgressPageOut},
        problems=["customer_not_found"],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        person = get_customer(tenant=self.tenant, customer=customer)
        found = progress_of(tenant=self.tenant, customer=person.id)
        return Response({"results": rendered(ProgressOut, found, many=True), "next": None})
