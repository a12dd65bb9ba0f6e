"""Challenges: announced, changed and ended, joined, and how far customers have come."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call, sent
from api.serializers.goals import (
    ChallengeChangesIn,
    ChallengeIn,
    ChallengeOut,
    ChallengePageOut,
    JoinIn,
    ProgressOut,
    ProgressPageOut,
)
from api.views.base import ApiView, rendered
from programs.challenges.infos import ChallengeDraft
from programs.challenges.selectors import challenges, get_challenge, progress_of
from programs.challenges.services import change_challenge, create_challenge, join_challenge
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
ANNOUNCED = CHALLENGE | {
    "id": "0199a3f2-b517-7a3e-9d02-6c7d8e9f0a1b",
    "participation": "challenge:tres-visitas",
    "description": "",
    "category": "",
    "days": None,
    "opt_in": False,
    "times": 1,
    "wait_days": 0,
    "status": "live",
    "takers": 41,
    "reached": 7,
}
PROGRESS = {
    "challenge": "0199a3f2-b517-7a3e-9d02-6c7d8e9f0a1b",
    "key": "tres-visitas",
    "name": "Três visitas em dezembro",
    "joined": True,
    "value": 1,
    "number": 3,
    "done": 0,
    "reached_at": None,
    "due_at": None,
    "until": "2027-01-01T03:00:00Z",
}


class Challenges(ApiView):
    """`/challenges`"""

    scopes = {"GET": "programs:read", "POST": "programs:write"}

    @call(
        "listChallenges",
        "Challenges",
        "List the challenges",
        description="The newest first, ended ones too.",
        answers={200: ChallengePageOut},
        examples=[answered("One", {"results": [ANNOUNCED], "next": None})],
    )
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
        examples=[
            sent("Three purchases in December", CHALLENGE),
            answered("Announced", ANNOUNCED | {"takers": 0, "reached": 0}, 201),
        ],
    )
    def post(self, request: Request) -> Response:
        """Create."""
        given = self.parsed(ChallengeIn)

        def work() -> tuple[int, Any]:
            info = create_challenge(tenant=self.tenant, draft=ChallengeDraft(**given), actor=self.actor)
            return 201, rendered(ChallengeOut, info)

        return self.perhaps_once(work)


class OneChallenge(ApiView):
    """`/challenges/{id}`"""

    scopes = {"GET": "programs:read", "PATCH": "programs:write"}

    @call(
        "getChallenge",
        "Challenges",
        "Read a challenge",
        answers={200: ChallengeOut},
        problems=["challenge_not_found"],
        examples=[answered("Seven have reached it", ANNOUNCED)],
    )
    def get(self, request: Request, goal: UUID) -> Response:
        """Read."""
        return Response(rendered(ChallengeOut, get_challenge(tenant=self.tenant, challenge=goal)))

    @call(
        "changeChallenge",
        "Challenges",
        "Change a challenge, or end it",
        description="Sends only what changes. What was promised stays: goal, number and start never change, nothing "
        "that was reached is taken back, and what waits is rewarded. Once it has `ended`, what is done later "
        "counts no more.",
        body=ChallengeChangesIn,
        answers={200: ChallengeOut},
        problems=["challenge_not_found"],
        key="optional",
        examples=[
            sent("Two weeks more", {"ends_at": "2027-01-15T03:00:00Z"}),
            sent("End it", {"status": "ended"}),
            answered("Ended", ANNOUNCED | {"status": "ended"}),
        ],
    )
    def patch(self, request: Request, goal: UUID) -> Response:
        """Change."""
        given = self.parsed(ChallengeChangesIn)

        def work() -> tuple[int, Any]:
            draft = replace(get_challenge(tenant=self.tenant, challenge=goal).as_draft(), **given)
            info = change_challenge(tenant=self.tenant, challenge=goal, draft=draft, actor=self.actor)
            return 200, rendered(ChallengeOut, info)

        return self.perhaps_once(work)


class CustomerChallenges(ApiView):
    """`/customers/{id}/challenges`"""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @call(
        "listCustomerChallenges",
        "Challenges",
        "Read how far a customer has come",
        description="In what is open now, and in what they have completed.",
        answers={200: ProgressPageOut},
        problems=["customer_not_found"],
        examples=[answered("One of three", {"results": [PROGRESS], "next": None})],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        person = get_customer(tenant=self.tenant, customer=customer)
        return Response(self._told(person.id))

    @call(
        "joinChallenge",
        "Challenges",
        "Let a customer take part",
        description="As when the customer joins in the portal; needed where the challenge asks for it (`opt_in`). "
        "Again changes nothing. What was done before counts if it lies in the challenge's period, so that it may be "
        "rewarded at once.",
        body=JoinIn,
        answers={200: ProgressPageOut},
        problems=["customer_not_found", "challenge_not_found", "challenge_closed"],
        key="required",
        examples=[
            sent("A challenge", {"challenge": ANNOUNCED["id"]}),
            answered("Taking part", {"results": [PROGRESS], "next": None}),
        ],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Join."""
        self.require_key()
        goal = self.parsed(JoinIn)["challenge"]

        def work() -> tuple[int, Any]:
            person = get_customer(tenant=self.tenant, customer=customer)
            join_challenge(tenant=self.tenant, challenge=goal, customer=person.id)
            return 200, self._told(person.id)

        return self.once(work)

    def _told(self, customer: UUID) -> dict[str, Any]:
        found = progress_of(tenant=self.tenant, customer=customer)
        return {"results": rendered(ProgressOut, found, many=True), "next": None}
