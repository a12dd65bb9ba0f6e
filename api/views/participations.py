"""What earns without a sale."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.references import customer_of
from api.schema import answered, call, sent
from api.serializers.purchases import ParticipationIn, ParticipationOut
from api.views.base import ApiView, rendered
from api.wording import locale, worded_awards
from insights.selectors import rule_names
from programs.selectors import award_names
from programs.services import record_participation


class Participations(ApiView):
    """`/participations`"""

    scopes = {"POST": "purchases:write"}

    @call(
        "recordParticipation",
        "Participations",
        "Record that somebody took part",
        description="Awards what the programmes give for this kind of participation. The same kind and number again "
        "answers 200 with the first answer.",
        body=ParticipationIn,
        answers={201: ParticipationOut, 200: ParticipationOut},
        replies={201: "Recorded.", 200: "Recorded before; nothing has changed."},
        problems=["customer_not_found", "participation_conflict"],
        key="required",
        examples=[
            sent("At an event", {"customer": {"external_id": "S-101"}, "kind": "event", "external_id": "congress-26"}),
            answered(
                "Recorded",
                {
                    "id": "0199a3f2-7a11-7d2e-8f00-2b3c4d5e6f71",
                    "awards": [
                        {
                            "program": "Pontos",
                            "rule": 2,
                            "unit": "points",
                            "amount": 50,
                            "status": "available",
                            "available_at": "2026-11-21T18:04:05Z",
                            "explanation": "Participação: evento. 50 pontos por participação (evento).",
                        }
                    ],
                    "balances": [{"unit": "points", "available": 180, "pending": 0, "owed": 0}],
                },
                201,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Record."""
        self.require_key()
        given = self.parsed(ParticipationIn)
        reference = given.pop("customer")

        def work() -> tuple[int, Any]:
            outcome = record_participation(tenant=self.tenant, customer=customer_of(self.tenant, reference), **given)
            names = award_names(tenant=self.tenant, awards=outcome.awards, names_of=rule_names)
            awards = worded_awards(outcome.awards, self.brand, names, locale())
            body = {"id": outcome.id, "awards": awards, "balances": outcome.balances}
            return 200 if outcome.repeated else 201, rendered(ParticipationOut, body)

        return self.once(work)
