"""Events: what is announced, who registers, who arrives. In this code's words, gatherings."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.coupons import store_codes
from api.references import customer_of, store_of
from api.schema import answered, call, sent
from api.serializers.events import (
    CancelEventIn,
    CheckInIn,
    CheckInOut,
    EventChangesIn,
    EventIn,
    EventOut,
    EventPageOut,
    EventQuery,
    RegistrationIn,
    RegistrationOut,
    RegistrationPageOut,
    RegistrationQuery,
)
from api.views.base import ApiView, rendered
from api.wording import worded_awards
from programs.gatherings.infos import GatheringDraft, GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import gatherings, get_gathering, registrations
from programs.gatherings.services import (
    cancel_gathering,
    change_gathering,
    check_in,
    create_gathering,
    leave,
    register,
    undo_check_in,
)

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
REGISTRATION = {
    "id": "0199a3f2-9c33-7e3f-9a01-3c4d5e6f7083",
    "event": EVENT["id"],
    "customer": "0199a3f2-1a11-7d2e-8f00-2b3c4d5e6f71",
    "status": "registered",
    "position": 0,
    "voucher": "0199a3f2-9c34-7e3f-9a01-3c4d5e6f7084",
    "code": "8F3K2QZP7XMA",
    "price": {"unit": "points", "amount": 50},
    "paid_at": "2026-11-21T18:04:05Z",
    "asked_at": "2026-11-21T18:04:05Z",
    "registered_at": "2026-11-21T18:04:05Z",
    "arrived_at": None,
    "ended_at": None,
}
_REFUSED = ("event_not_found", "event_cancelled", "registration_closed", "event_not_eligible", "insufficient_balance")


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
        shaped |= {"store": codes.get(info.store) if info.store else None, "phase": info.phase(), "price": _price(info)}
        return rendered(EventOut, shaped)

    def registration(self, info: RegistrationInfo) -> Any:
        """A registration as the contract shows it."""
        return rendered(RegistrationOut, _registration(info))


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


class EventRegistrations(EventView):
    """`/events/{id}/registrations`"""

    scopes = {"GET": "events:read", "POST": "events:write"}

    @call(
        "listEventRegistrations",
        "Events",
        "List who comes",
        description="In the order of registering. Who left is only listed with `status=left`.",
        query=RegistrationQuery,
        answers={200: RegistrationPageOut},
        problems=["event_not_found"],
        examples=[answered("Who comes", {"results": [REGISTRATION], "next": None})],
    )
    def get(self, request: Request, gathering: UUID) -> Response:
        """List."""
        asked = self.asked(RegistrationQuery)
        info = get_gathering(tenant=self.tenant, gathering=gathering)
        found = registrations(
            tenant=self.tenant,
            gathering=info.id,
            status=asked.get("status", ""),
            search=asked.get("search", ""),
            limit=10_000,
        )
        return Response({"results": [self.registration(each) for each in found], "next": None})

    @call(
        "registerForEvent",
        "Events",
        "Register a customer",
        description="Gives a place and its entry voucher, or a place in the waiting line when all are taken. A price "
        "in points leaves the balance with the place. The same customer again answers 200 with the registration.",
        body=RegistrationIn,
        answers={201: RegistrationOut, 200: RegistrationOut},
        replies={201: "Registered, or in the line.", 200: "Registered before; nothing has changed."},
        problems=["customer_not_found", *_REFUSED],
        key="required",
        examples=[
            sent("A customer of yours", {"customer": {"external_id": "S-101"}}),
            answered("A place", REGISTRATION, 201),
        ],
    )
    def post(self, request: Request, gathering: UUID) -> Response:
        """Register."""
        self.require_key()
        given = self.parsed(RegistrationIn)

        def work() -> tuple[int, Any]:
            info = register(
                tenant=self.tenant,
                gathering=gathering,
                customer=customer_of(self.tenant, given["customer"]),
                actor=self.actor,
                channel="api",
                is_paid=given["paid"],
            )
            return 200 if info.repeated else 201, self.registration(info)

        return self.once(work)


class EventCheckIns(EventView):
    """`/events/{id}/check-ins`"""

    scopes = {"POST": "events:write"}

    @call(
        "checkInAtEvent",
        "Events",
        "Check somebody in",
        description="Uses the entry voucher once and records the participation `event`, which earns by the rules.",
        body=CheckInIn,
        answers={201: CheckInOut},
        replies={201: "Arrived."},
        problems=[
            "event_not_found",
            "event_cancelled",
            "registration_not_found",
            "registration_waiting",
            "registration_ended",
            "registration_unpaid",
            "check_in_too_early",
            "entry_of_another_event",
            "voucher_not_found",
            "voucher_already_redeemed",
            "voucher_expired",
            "voucher_wrong_store",
            "voucher_cancelled",
            "store_unknown",
        ],
        key="required",
        examples=[
            sent("By the code", {"store": "sede", "code": "8F3K-2QZP-7XMA"}),
            answered(
                "Arrived",
                {"registration": REGISTRATION | {"status": "arrived"}, "awards": [], "balances": []},
                201,
            ),
        ],
    )
    def post(self, request: Request, gathering: UUID) -> Response:
        """Check in."""
        self.require_key()
        given = self.parsed(CheckInIn)

        def work() -> tuple[int, Any]:
            get_gathering(tenant=self.tenant, gathering=gathering)
            seen = check_in(
                tenant=self.tenant,
                gathering=gathering,
                store=store_of(self.tenant, given["store"]).id,
                key=f"api:{request.headers['Idempotency-Key'].strip()}"[:200],
                actor=self.actor,
                code=given.get("code", ""),
                registration=given.get("registration"),
                is_paid=given["paid"],
            )
            awards = worded_awards(seen.awards, self.brand, {})
            body = {"registration": _registration(seen.registration), "awards": awards, "balances": seen.balances}
            return 201, rendered(CheckInOut, body)

        return self.once(work)


class RegistrationCancellation(EventView):
    """`/registrations/{id}/cancel`"""

    scopes = {"POST": "events:write"}

    @call(
        "cancelRegistration",
        "Events",
        "Take somebody off the list",
        description="Their points come back, and the place goes to the first in line.",
        answers={200: RegistrationOut},
        problems=["registration_not_found", "already_arrived"],
        key="required",
        examples=[answered("Off the list", REGISTRATION | {"status": "left"})],
    )
    def post(self, request: Request, registration: UUID) -> Response:
        """Cancel."""

        def work() -> tuple[int, Any]:
            return 200, self.registration(leave(tenant=self.tenant, registration=registration, actor=self.actor))

        return self.once(work)


class CheckInUndo(EventView):
    """`/registrations/{id}/undo-check-in`"""

    scopes = {"POST": "events:write"}

    @call(
        "undoCheckIn",
        "Events",
        "Take an arrival back",
        description="The entry can be used again, and what taking part earned is taken back.",
        answers={200: RegistrationOut},
        problems=["registration_not_found", "not_arrived"],
        key="required",
        examples=[answered("Expected again", REGISTRATION)],
    )
    def post(self, request: Request, registration: UUID) -> Response:
        """Take back."""

        def work() -> tuple[int, Any]:
            key = f"api:{request.headers['Idempotency-Key'].strip()}"[:200]
            return 200, self.registration(
                undo_check_in(tenant=self.tenant, registration=registration, key=key, actor=self.actor)
            )

        return self.once(work)


def _price(info: GatheringInfo | RegistrationInfo) -> dict[str, Any] | None:
    return {"unit": info.price_unit, "amount": info.price_amount} if info.price_amount else None


_REGISTRATION = (
    "id",
    "gathering_id",
    "customer_id",
    "status",
    "position",
    "voucher_id",
    "code",
    "paid_at",
    "asked_at",
    "registered_at",
    "arrived_at",
    "ended_at",
)


def _registration(info: RegistrationInfo) -> dict[str, Any]:
    return {name: getattr(info, name) for name in _REGISTRATION} | {"price": _price(info)}
