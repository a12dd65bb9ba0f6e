"""Referrals: who brought whom, the decision on one that waits for a person, and the brand's terms."""

from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.goals import (
    ReferralOut,
    ReferralPageOut,
    ReferralQuery,
    ReferralTermsIn,
    ReferralTermsOut,
    ReferrerOut,
)
from api.views.base import ApiView, rendered
from programs.referrals.errors import ReferralNotFound
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.selectors import find_referral, referral_terms, referrals, referrer_info
from programs.referrals.services import code_of, decide_referral, set_terms
from smartbis.customers.errors import CustomerGone
from smartbis.customers.selectors import get_customer

REFERRER = {
    "code": "8F3K2QZP",
    "link": "https://clube.example/p/aurora/i/8F3K2QZP/",
    "invited": 2,
    "waiting": 1,
    "settled": 1,
    "settled_this_month": 1,
}
HELD = {
    "id": "0199a3f2-a411-7d20-8c53-1e2f3a4b5c6d",
    "referrer": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "friend": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e50",
    "status": "held",
    "reasons": ["same_device"],
    "channel": "portal",
    "bound_at": "2026-11-21T18:04:05Z",
    "bought_at": None,
    "due_at": None,
    "settled_at": None,
    "decided_at": None,
    "decided_by": "",
}
DECIDED = HELD | {"decided_at": "2026-11-21T19:20:00Z", "decided_by": "Backoffice"}
TERMS = {
    "is_live": True,
    "minimum_minor": 5000,
    "wait_days": 7,
    "month_cap": 10,
    "life_cap": None,
    "rewards_friend": True,
}


class CustomerReferral(ApiView):
    """`/customers/{id}/referral`"""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @call(
        "getReferral",
        "Referrals",
        "Read a customer's own code",
        description="`code` and `link` are empty until the customer asked for them.",
        answers={200: ReferrerOut},
        problems=["customer_not_found"],
        examples=[answered("One friend has bought", REFERRER)],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        return Response(self._told(get_customer(tenant=self.tenant, customer=customer).id))

    @call(
        "makeReferralCode",
        "Referrals",
        "Give a customer a code of their own",
        description="As when the customer asks for it in the portal. Who has one keeps it.",
        answers={200: ReferrerOut},
        problems=["customer_not_found", "customer_erased"],
        key="optional",
        examples=[answered("The code", REFERRER | dict.fromkeys(("invited", "waiting", "settled"), 0))],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Make."""

        def work() -> tuple[int, Any]:
            person = get_customer(tenant=self.tenant, customer=customer)
            if person.status == "erased":
                raise CustomerGone
            code_of(tenant=self.tenant, customer=person.id)
            return 200, self._told(person.id)

        return self.perhaps_once(work)

    def _told(self, customer: UUID) -> Any:
        info = referrer_info(tenant=self.tenant, customer=customer)
        names = ("code", "invited", "waiting", "settled", "settled_this_month")
        link = f"{settings.BASE_URL}/p/{self.brand.slug}/i/{info.code}/" if info.code else ""
        return rendered(ReferrerOut, {name: getattr(info, name) for name in names} | {"link": link})


class Referrals(ApiView):
    """`/referrals`"""

    scopes = {"GET": "customers:read"}

    @call(
        "listReferrals",
        "Referrals",
        "List the referrals",
        description="The newest first, at most 500; with `status=held` those that wait for a person.",
        query=ReferralQuery,
        answers={200: ReferralPageOut},
        examples=[answered("One waits for a person", {"results": [HELD], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        found = referrals(tenant=self.tenant, status=self.asked(ReferralQuery).get("status", ""))
        return Response({"results": rendered(ReferralOut, found, many=True), "next": None})


class OneReferral(ApiView):
    """`/referrals/{id}`"""

    scopes = {"GET": "customers:read"}

    @call(
        "readReferral",
        "Referrals",
        "Read a referral",
        answers={200: ReferralOut},
        problems=["referral_not_found"],
        examples=[answered("It waits for a person", HELD)],
    )
    def get(self, request: Request, referral: UUID) -> Response:
        """Read."""
        found = find_referral(tenant=self.tenant, referral=referral)
        if found is None:
            raise ReferralNotFound
        return Response(rendered(ReferralOut, found))


class _Decision(ApiView):
    scopes = {"POST": "programs:write"}

    def decided(self, referral: UUID, *, is_good: bool) -> Response:
        """The answer of a decision, once for each key."""
        self.require_key()

        def work() -> tuple[int, Any]:
            info = decide_referral(tenant=self.tenant, referral=referral, is_good=is_good, actor=self.actor)
            return 200, rendered(ReferralOut, info)

        return self.once(work)


class ReferralAcceptance(_Decision):
    """`/referrals/{id}/accept`"""

    @call(
        "acceptReferral",
        "Referrals",
        "Let a held referral go on",
        description="What the friend bought meanwhile counts: it may settle, and be rewarded, at once.",
        answers={200: ReferralOut},
        problems=["referral_not_found", "referral_decided"],
        key="required",
        examples=[answered("It goes on", DECIDED | {"status": "waiting"})],
    )
    def post(self, request: Request, referral: UUID) -> Response:
        """Accept."""
        return self.decided(referral, is_good=True)


class ReferralRefusal(_Decision):
    """`/referrals/{id}/refuse`"""

    @call(
        "refuseReferral",
        "Referrals",
        "Refuse a held referral",
        answers={200: ReferralOut},
        problems=["referral_not_found", "referral_decided"],
        key="required",
        examples=[answered("Refused", DECIDED | {"status": "refused"})],
    )
    def post(self, request: Request, referral: UUID) -> Response:
        """Refuse."""
        return self.decided(referral, is_good=False)


class ReferralTerms(ApiView):
    """`/referrals/terms`"""

    scopes = {"GET": "programs:read", "PUT": "programs:write"}

    @call(
        "getReferralTerms",
        "Referrals",
        "Read how referrals are rewarded",
        answers={200: ReferralTermsOut},
        examples=[answered("From R$ 50, after a week", TERMS)],
    )
    def get(self, request: Request) -> Response:
        """Read."""
        return Response(rendered(ReferralTermsOut, referral_terms(tenant=self.tenant)))

    @call(
        "setReferralTerms",
        "Referrals",
        "Say how referrals are rewarded",
        description="All of it: what is left out is as it is at first. How much is given, the programme's rules for "
        "the participations `referral` and `referred` say. Referrals that settled stay; those that wait go by the new "
        "terms.",
        body=ReferralTermsIn,
        answers={200: ReferralTermsOut},
        key="optional",
        examples=[sent("From R$ 50, after a week", TERMS), answered("Set", TERMS)],
    )
    def put(self, request: Request) -> Response:
        """Set."""
        draft = ReferralTermsDraft(**self.parsed(ReferralTermsIn))

        def work() -> tuple[int, Any]:
            return 200, rendered(ReferralTermsOut, set_terms(tenant=self.tenant, draft=draft, actor=self.actor))

        return self.perhaps_once(work)
