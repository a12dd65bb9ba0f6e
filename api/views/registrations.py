"""Who comes to an event: registrations, arrivals at the door, and taking either back."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.references import customer_of, store_of
from api.schema import answered, call, sent
from api.serializers.events import (
    CheckInIn,
    CheckInOut,
    RegistrationIn,
    RegistrationOut,
    RegistrationPageOut,
    RegistrationQuery,
)
from api.views.base import ApiView, rendered
from api.views.events import EVENT, price_of
from api.wording import locale, worded_awards
from insights.selectors import rule_names
from programs.gatherings.infos import RegistrationInfo
from programs.gatherings.selectors import get_gathering, registrations
from programs.gatherings.services import check_in, leave, register, undo_check_in
from programs.selectors import award_names

_SHOWN = (
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


class RegistrationView(ApiView):
    """Answering with registrations."""

    def registration(self, info: RegistrationInfo) -> Any:
        """A registration as the contract shows it."""
        return rendered(RegistrationOut, _shaped(info))

    def door_key(self, request: Request) -> str:
        """The key of an arrival, or of taking one back: the request's own, told apart from other doors'."""
        return f"api:{request.headers['Idempotency-Key'].strip()}"[:200]


class EventRegistrations(RegistrationView):
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


class EventCheckIns(RegistrationView):
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
                key=self.door_key(request),
                actor=self.actor,
                code=given.get("code", ""),
                registration=given.get("registration"),
                is_paid=given["paid"],
            )
            names = award_names(tenant=self.tenant, awards=seen.awards, names_of=rule_names)
            awards = worded_awards(seen.awards, self.brand, names, locale())
            body = {"registration": _shaped(seen.registration), "awards": awards, "balances": seen.balances}
            return 201, rendered(CheckInOut, body)

        return self.once(work)


class RegistrationCancellation(RegistrationView):
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


class CheckInUndo(RegistrationView):
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
            info = undo_check_in(
                tenant=self.tenant, registration=registration, key=self.door_key(request), actor=self.actor
            )
            return 200, self.registration(info)

        return self.once(work)


def _shaped(info: RegistrationInfo) -> dict[str, Any]:
    return {name: getattr(info, name) for name in _SHOWN} | {"price": price_of(info)}
