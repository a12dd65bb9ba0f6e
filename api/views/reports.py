"""Reports: what came of it, and what is owed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.references import store_of
from api.rendering import CsvRenderer
from api.schema import answered, call
from api.serializers.reports import LiabilityOut, PeriodQuery, ReturnsOut
from api.views.base import ApiView, rendered
from insights.selectors import return_report
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import liability

USUAL_DAYS = 30


class Returns(ApiView):
    """`/reports/returns`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "by_day"

    @call(
        "reportReturns",
        "Reports",
        "Report what came back",
        description="What was given, what was used, and who bought again, over days of the tenant's calendar. With "
        "`Accept: text/csv`: one line for each day.",
        query=PeriodQuery,
        answers={200: ReturnsOut},
        problems=["store_unknown"],
    )
    def get(self, request: Request) -> Response:
        """Report."""
        asked = self.asked(PeriodQuery)
        until = asked.get("until") or now().astimezone(ZoneInfo(self.brand.timezone)).date()
        since = asked.get("since") or until - timedelta(days=USUAL_DAYS - 1)
        store = store_of(self.tenant, asked["store"]).id if "store" in asked else None
        return Response(rendered(ReturnsOut, return_report(tenant=self.tenant, since=since, until=until, store=store)))


class Liability(ApiView):
    """`/reports/liability`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "liability"

    @call(
        "reportLiability",
        "Reports",
        "Report what is owed to customers",
        description="What all customers hold now, by unit, with what lies in vouchers not yet used. With "
        "`Accept: text/csv`: one line for each unit.",
        answers={200: LiabilityOut},
        examples=[
            answered(
                "Cashback",
                {
                    "liability": [
                        {
                            "unit": "BRL",
                            "available": 812345,
                            "pending": 12000,
                            "held": 0,
                            "owed": 1900,
                            "in_vouchers": 45000,
                            "holders": 318,
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Report."""
        return Response(rendered(LiabilityOut, {"liability": liability(tenant=self.tenant)}))
