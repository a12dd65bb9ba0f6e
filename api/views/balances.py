"""What a customer has, and how it came about."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call
from api.serializers.customers import (
    BalancesOut,
    OfferOut,
    OffersOut,
    StatementPageOut,
    StatementQuery,
    StatementRowOut,
)
from api.views.base import ApiView, rendered
from api.wording import locale
from insights.selectors import rule_names
from programs.selectors import customer_holdings, customer_statement
from programs.selectors.offers import offers_of
from smartbis.customers.selectors import get_customer


class Balances(ApiView):
    """`/customers/{id}/balances`"""

    scopes = {"GET": "customers:read"}

    @call(
        "getBalances",
        "Customers",
        "Read a customer's balances",
        description="One row for each unit that can be spent and ever moved; tier points are in the tier. "
        "Balances never expire. Of what is pending, the part that becomes available next is named with its day.",
        answers={200: BalancesOut},
        problems=["customer_not_found"],
        examples=[
            answered(
                "Cashback",
                {
                    "balances": [
                        {
                            "unit": "BRL",
                            "available": 4448,
                            "pending": 1200,
                            "owed": 0,
                            "next_amount": 900,
                            "next_at": "2026-12-01T03:00:00Z",
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        customer = get_customer(tenant=self.tenant, customer=customer).id
        return Response(rendered(BalancesOut, {"balances": customer_holdings(tenant=self.tenant, customer=customer)}))


class Statement(ApiView):
    """`/customers/{id}/statement`"""

    scopes = {"GET": "customers:read"}

    @call(
        "getStatement",
        "Customers",
        "Read a customer's statement",
        description="Every movement, the newest first, each explained down to the cent.",
        query=StatementQuery,
        answers={200: StatementPageOut},
        problems=["customer_not_found", "cursor_invalid"],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """Read."""
        unit = self.asked(StatementQuery).get("unit")
        customer = get_customer(tenant=self.tenant, customer=customer).id
        return self.page(
            lambda cursor, limit: customer_statement(
                tenant=self.tenant,
                customer=customer,
                locale=locale(),
                unit=unit,
                cursor=cursor,
                limit=limit,
                names_of=rule_names,
            ),
            StatementRowOut,
        )


class Offers(ApiView):
    """`/customers/{id}/offers`"""

    scopes = {"GET": "coupons:read"}

    @call(
        "listOffers",
        "Coupons",
        "List what a customer can have",
        description="Every coupon on offer, those that the customer can have now first; the others with each reason.",
        answers={200: OffersOut},
        problems=["customer_not_found"],
    )
    def get(self, request: Request, customer: UUID) -> Response:
        """List."""
        customer = get_customer(tenant=self.tenant, customer=customer).id
        found = offers_of(tenant=self.tenant, customer=customer)
        return Response({"results": rendered(OfferOut, found, many=True)})
