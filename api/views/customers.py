"""Customers: enrol, look up, change, erase."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.references import CHANNEL, consents_of
from api.schema import answered, call, sent
from api.serializers.customers import (
    IDENTITIES,
    CustomerChangesIn,
    CustomerIn,
    CustomerOut,
    CustomerPageOut,
    CustomerQuery,
)
from api.views.base import ApiView, rendered
from programs.referrals.services import bind_referral
from smartbis.customers.infos import CATEGORIES, CustomerInfo, Origin
from smartbis.customers.selectors import customers_page, find_customer, get_customer
from smartbis.customers.services import change_customer, enrol_customer, erase_customer, record_consent

ANA = {
    "id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "name": "Ana Souza",
    "status": "active",
    "phone_masked": "(11) •••••-4321",
    "email_masked": "",
    "cpf_masked": "",
    "external_id": "crm-881",
    "has_phone": True,
    "enrolled_at": "2026-11-21T18:04:05Z",
    "merged_into": None,
}


class Customers(ApiView):
    """`/customers`"""

    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @call(
        "listCustomers",
        "Customers",
        "Look up a customer, or list them",
        description="With one of `phone`, `cpf`, `email`, `external_id`: the customer with exactly this identity, or "
        "no result. Without: everybody, the newest first.",
        query=CustomerQuery,
        answers={200: CustomerPageOut},
        problems=["cursor_invalid"],
        examples=[answered("By phone", {"results": [ANA], "next": None})],
    )
    def get(self, request: Request) -> Response:
        """Look up or list."""
        asked = self.asked(CustomerQuery)
        identity = {name: asked[name] for name in IDENTITIES & asked.keys()}
        if identity:
            found = find_customer(tenant=self.tenant, **identity)
            return Response({"results": rendered(CustomerOut, [found] if found else [], many=True), "next": None})
        return self.page(
            lambda cursor, limit: customers_page(tenant=self.tenant, cursor=cursor, limit=limit), CustomerOut
        )

    @call(
        "enrolCustomer",
        "Customers",
        "Enrol a customer",
        description="A name and at least one identity. Nobody is written to without consent: what is not in `consents` "
        "is not granted. Brazilian numbers are kept in one form, with the ninth digit.",
        body=CustomerIn,
        answers={201: CustomerOut},
        replies={201: "Enrolled."},
        problems=["phone_invalid", "cpf_invalid", "email_invalid", "identity_missing", "identity_taken"],
        key="optional",
        examples=[
            sent(
                "With consent",
                {
                    "name": "Ana Souza",
                    "phone": "11 98765-4321",
                    "external_id": "crm-881",
                    "consents": {"utility": True, "marketing": False},
                },
            ),
            answered("Enrolled", ANA, 201),
        ],
    )
    def post(self, request: Request) -> Response:
        """Enrol."""
        given = self.parsed(CustomerIn)
        consents = consents_of(self.brand, given.pop("consents", None))
        origin = Origin(channel=CHANNEL, actor=self.actor)
        referred_by = given.pop("referred_by", "")

        def work() -> tuple[int, Any]:
            info = enrol_customer(tenant=self.tenant, consents=consents, origin=origin, **given)
            if referred_by:
                bind_referral(tenant=self.tenant, code=referred_by, friend=info.id, channel=CHANNEL, actor=self.actor)
            return 201, rendered(CustomerOut, info)

        return self.perhaps_once(work)


class OneCustomer(ApiView):
    """`/customers/{id}`"""

    scopes = {"GET": "customers:read", "PATCH": "customers:write", "DELETE": "customers:write"}

    @call(
        "getCustomer",
        "Customers",
        "Read a customer",
        description="An id that was merged into another customer answers with that customer, and says so.",
        answers={200: CustomerOut},
        problems=["customer_not_found"],
        examples=[answered("A customer", ANA)],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        info = get_customer(tenant=self.tenant, customer=customer)
        merged_into = str(info.id) if info.id != customer else None
        return Response(rendered(CustomerOut, info) | {"merged_into": merged_into})

    @call(
        "changeCustomer",
        "Customers",
        "Change a customer",
        description="Sends only what changes; null takes an identity or the birthday away. `consents` records what the "
        "person now agrees to or withdraws.",
        body=CustomerChangesIn,
        answers={200: CustomerOut},
        problems=["customer_not_found", "customer_erased", "identity_missing", "identity_taken"],
        key="optional",
        examples=[sent("A new number", {"phone": "11 91234-5678"}), answered("Changed", ANA)],
    )
    def patch(self, request: Request, customer: UUID) -> Response:
        """Change."""
        changes = self.parsed(CustomerChangesIn)
        return self.perhaps_once(lambda: (200, rendered(CustomerOut, self._change(customer, changes))))

    def _change(self, customer: UUID, changes: dict[str, Any]) -> CustomerInfo:
        consents = changes.pop("consents", {})
        given = {name: value for name, value in changes.items() if value is not None}
        removed = sorted(changes.keys() - given.keys())
        info = change_customer(tenant=self.tenant, customer=customer, remove=removed, actor=self.actor, **given)
        for category in CATEGORIES:
            if category in consents:
                record_consent(
                    tenant=self.tenant,
                    customer=customer,
                    category=category,
                    granted=consents[category],
                    text_version=consents.get("text_version") or self.brand.terms_version,
                    channel=CHANNEL,
                    actor=self.actor,
                )
        return info

    @call(
        "eraseCustomer",
        "Customers",
        "Erase a customer",
        description="Wipes name, identities, birthday and memberships for good. Sales and the ledger stay, without a "
        "person behind them, so that the sums still add up.",
        answers={204: None},
        replies={204: "Erased."},
        problems=["customer_not_found", "customer_erased"],
    )
    def delete(self, request: Request, customer: UUID) -> HttpResponse:
        """Erase."""
        erase_customer(tenant=self.tenant, customer=customer, actor=self.actor)
        return cast(HttpResponse, Response(status=204))
