"""Events: what is announced, changed and called off. In this code's words, gatherings."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.coupons import store_codes
from api.references import store_of
from api.schema import answered, call, sent
from api.serializers.events import CancelEventIn, EventChangesIn, EventIn, EventOut, EventPageOut, EventQuery
from api.views.base import ApiView, rendered
from programs.gatherings.infos import GatheringDraft, GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import gatherings, get_gathering
from programs.gatherings.services import cancel_gathering, change_gathering, create_gathering

_PLAIN = (
    "name",
    "description",
    "image",
    "place",
    "status",
    "starts_at",
    "ends_at",
    "registers_from",
    "registers_until",
    "capacity",
    "pay_words",
    "refund_hours",
)
_LISTS = ("plans", "tiers", "tags")
TERMS = {
    "name": "Sarau de verão",
    "place": "Sede, salão",
    "starts_at": "2026-12-12T22:00:00Z",
    "ends_at": "2026-12-13T01:00:00Z",
    "capacity": 80,
    "price": {"unit": "points", "amount": 50},
    "refund_hours": 24,
}
EVENT = TERMS | {
    "id": "0199a3f2-8b22-7e3f-9a01-3c4d5e6f7082",
    "description": "",
    "image": "",
    "store": None,
    "status": "open",
    "phase": "open",
    "registers_from": None,
    "registers_until": None,
    "places_left": 79,
    "taken": 1,
    "arrived": 0,
    "waiting": 0,
    "pay_words": "",
    "plans": [],
    "tiers": [],
    "tags": [],
    "cancel_reason": "",
    "created_at": "2026-11-21T18:04:05Z",
    "changed_at": "2026-11-21T18:04:05Z",
}


class EventView(ApiView):
    """Reading and writing events."""

    def drafted(self, given: dict[str, Any], before: GatheringDraft | None = None) -> GatheringDraft:
        """The draft that checked terms make, on top of `before` when they are changes. Raises InvalidInput."""
        terms = {name: given[name] for name in _PLAIN if name in given}
        terms |= {name: tuple(given[name]) for name in _LISTS if name in given}
        if "store" in given:
            terms["store"] = store_of(self.tenant, given["store"]).id if given["store"] else None
        if "price" in given:
            price = given["price"] or {"unit": "", "amount": None}
            terms |= {"price_unit": price["unit"], "price_amount": price["amount"]}
        return replace(before, **terms) if before else GatheringDraft(**terms)

    def event(self, info: GatheringInfo) -> Any:
        """An event as the contract shows it."""
        codes = store_codes(self.tenant)
        shaped = {name: getattr(info, name) for name in (*_PLAIN, *_LISTS)}
        shaped |= {name: getattr(info, name) for name in ("id", "taken", "arrived", "waiting", "places_left")}
        shaped |= {name: getattr(info, name) for name in ("created_at", "changed_at", "cancel_reason")}
        shaped |= {
            "store": codes.get(info.store) if info.store else None,
            "phase": info.phase(),
            "price": price_of(info),
        }
        return rendered(EventOut, shaped)


class Events(EventView):
    """`/events`"""

    scopes = {"GET": "events:read", "POST": "events:write"}

    @call(
        "listEvents",
        "Events",
        "List the events",
        query=EventQuery,
        answers={200: EventPageOut},
        examples=[answered("What lies ahead", {"results": [EVENT], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """List."""
        found = gatherings(tenant=self.tenant, when=self.asked(EventQuery).get("when", "ahead"))
        return Response({"results": [self.event(each) for each in found], "next": None})

    @call(
        "createEvent",
        "Events",
        "Announce an event",
        description="Open for registration at once unless `status` is `draft`.",
        body=EventIn,
        answers={201: EventOut},
        replies={201: "Created."},
        key="optional",
        examples=[sent("80 places for 50 points", TERMS), answered("Created", EVENT, 201)],
    )
    def post(self, request: Request) -> Response:
        """Create."""
        given = self.parsed(EventIn)

        def work() -> tuple[int, Any]:
            return 201, self.event(create_gathering(tenant=self.tenant, draft=self.drafted(given), actor=self.actor))

        return self.perhaps_once(work)


class OneEvent(EventView):
    """`/events/{id}`"""

    scopes = {"GET": "events:read", "PATCH": "events:write"}

    @call(
        "getEvent",
        "Events",
        "Read an event",
        answers={200: EventOut},
        problems=["event_not_found"],
        examples=[answered("An event", EVENT)],
    )
    def get(self, request: Request, gathering: UUID) -> Response:
        """Read."""
        return Response(self.event(get_gathering(tenant=self.tenant, gathering=gathering)))

    @call(
        "changeEvent",
        "Events",
        "Change an event",
        description="Sends only what changes. Who has a place keeps it and its price; new places go to the line.",
        body=EventChangesIn,
        answers={200: EventOut},
        problems=["event_not_found", "event_cancelled"],
        key="optional",
        examples=[sent("More places", {"capacity": 100}), answered("Changed", EVENT | {"capacity": 100})],
    )
    def patch(self, request: Request, gathering: UUID) -> Response:
        """Change."""
        given = self.parsed(EventChangesIn)

        def work() -> tuple[int, Any]:
            before = get_gathering(tenant=self.tenant, gathering=gathering).as_draft()
            draft = self.drafted(given, before)
            return 200, self.event(
                change_gathering(tenant=self.tenant, gathering=gathering, draft=draft, actor=self.actor)
            )

        return self.perhaps_once(work)


class EventCancellation(EventView):
    """`/events/{id}/cancel`"""

    scopes = {"POST": "events:write"}

    @call(
        "cancelEvent",
        "Events",
        "Call an event off",
        description="Everybody on the list gets back what they paid in points, and is told the reason.",
        body=CancelEventIn,
        answers={200: EventOut},
        problems=["event_not_found", "event_cancelled"],
        key="required",
        examples=[sent("Rain", {"reason": "Chuva forte"}), answered("Cancelled", EVENT | {"status": "cancelled"})],
    )
    def post(self, request: Request, gathering: UUID) -> Response:
        """Cancel."""
        self.require_key()
        reason = self.parsed(CancelEventIn)["reason"]

        def work() -> tuple[int, Any]:
            info = cancel_gathering(tenant=self.tenant, gathering=gathering, reason=reason, actor=self.actor)
            return 200, self.event(info)

        return self.once(work)


def price_of(info: GatheringInfo | RegistrationInfo) -> dict[str, Any] | None:
    """Unit and amount of what a place costs, or cost whoever has one; None when it is free."""
    return {"unit": info.price_unit, "amount": info.price_amount} if info.price_amount else None
