"""What messages cost, and what they would cost."""

from dataclasses import asdict
from datetime import date
from zoneinfo import ZoneInfo

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.rendering import CsvRenderer
from api.schema import call
from api.serializers.costs import EstimateOut, EstimateQuery, MessageCostsOut
from api.serializers.reports import MonthQuery
from api.views.base import ApiView, rendered
from messaging.selectors import estimate_cost, month_costs, rate_card
from smartbis.kernel.clock import now


class MessageCosts(ApiView):
    """`/reports/message-costs`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "lines"

    @call(
        "reportMessageCosts",
        "Reports",
        "Report what messages cost",
        description="A month of the tenant's calendar by category, template and campaign, each by currency: what Meta "
        "said it bills, at the rate of the day it was sent; and what it has not said yet, by the rate card. The rates "
        "in force today stand beside it. With `Accept: text/csv`: the lines.",
        query=MonthQuery,
        answers={200: MessageCostsOut},
    )
    def get(self, request: Request) -> Response:
        """Report."""
        today = now().astimezone(ZoneInfo(self.brand.timezone)).date()
        month = date.fromisoformat(f"{self.asked(MonthQuery).get('month') or today.strftime('%Y-%m')}-01")
        found = month_costs(tenant=self.tenant, month=month)
        report = {
            "month": f"{month:%Y-%m}",
            "lines": [asdict(each) for each in found.parts],
            "rates": rate_card(tenant=self.tenant).in_force(today),
        }
        return Response(rendered(MessageCostsOut, report))


class MessageCostEstimate(ApiView):
    """`/reports/message-costs/estimate`"""

    scopes = {"GET": "reports:read"}

    @call(
        "estimateMessageCosts",
        "Reports",
        "Estimate what messages would cost",
        description="So many messages of a category today, to the country of the brand's number, all of them billed.",
        query=EstimateQuery,
        answers={200: EstimateOut},
    )
    def get(self, request: Request) -> Response:
        """Estimate."""
        return Response(rendered(EstimateOut, estimate_cost(tenant=self.tenant, **self.asked(EstimateQuery))))
