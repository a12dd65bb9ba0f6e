"""Reports: what came of it, and what is owed."""

from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.references import asked_period
from api.rendering import CsvRenderer
from api.schema import answered, call
from api.serializers.reports import LiabilityOut, PeriodQuery, ReturnsOut
from api.views.base import ApiView, rendered
from insights.selectors import LiabilityReport, liability_report, return_report


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
        found = return_report(tenant=self.tenant, **asked_period(self.brand, asked))
        return Response(rendered(ReturnsOut, found))


class Liability(ApiView):
    """`/reports/liability`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "liability"

    @call(
        "reportLiability",
        "Reports",
        "Report what is owed to customers",
        description="What all customers hold now, by unit, with what lies in vouchers not yet used, how old it is "
        "(the oldest value is used first), and how much of what was earned in each of the last twelve months has been "
        "used since. With `Accept: text/csv`: one line for each unit.",
        answers={200: LiabilityOut},
        examples=[
            answered(
                "Cashback",
                {
                    "as_of": "2026-11-21T18:04:05Z",
                    "aged_at": "2026-11-21T18:04:05Z",
                    "currency": "BRL",
                    "liability": [
                        {
                            "unit": "BRL",
                            "available": 812345,
                            "pending": 12000,
                            "held": 0,
                            "owed": 1900,
                            "in_vouchers": 45000,
                            "holders": 318,
                            "total": 867445,
                            "value_minor": 867445,
                            "age_0_30": 401200,
                            "age_31_90": 266145,
                            "age_91_180": 120000,
                            "age_181_365": 60100,
                            "age_over_365": 20500,
                            "lacking": 500,
                            "expected_use": 204800,
                        }
                    ],
                    "use": [
                        {
                            "unit": "BRL",
                            "months_ago": 1,
                            "earned": 512000,
                            "left": 384000,
                            "holders": 204,
                            "used_bp": 2500,
                        }
                    ],
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Report."""
        return Response(rendered(LiabilityOut, _liability(liability_report(tenant=self.tenant))))


def _liability(report: LiabilityReport) -> dict[str, Any]:
    use = [
        {
            "unit": row.unit,
            "months_ago": each.months,
            "earned": each.earned,
            "left": each.left,
            "holders": each.holders,
            "used_bp": each.used_bp,
        }
        for row in report.rows
        for each in row.use
    ]
    rows = [vars(row) | {"ages": {str(place): age for place, age in enumerate(row.ages)}} for row in report.rows]
    head = {"as_of": report.as_of, "aged_at": report.aged_at, "currency": report.currency}
    return head | {"liability": rows, "use": use}
