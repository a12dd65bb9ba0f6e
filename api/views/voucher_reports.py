"""Reports on vouchers: what became of them, and what partners honoured."""

from dataclasses import asdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.references import asked_period
from api.rendering import CsvRenderer
from api.schema import call
from api.serializers.reports import MonthQuery, StatementsOut, VoucherReportOut, VoucherReportQuery
from api.views.base import ApiView, rendered
from insights.selectors.statements import PartnerStatement, partner_statements
from insights.selectors.voucher_report import VoucherReport, voucher_report
from smartbis.kernel.clock import now


class VoucherReports(ApiView):
    """`/reports/vouchers`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "rows"

    @call(
        "reportVouchers",
        "Reports",
        "Report what became of vouchers",
        description="Issued, held, used, lapsing, lapsed and taken back, with the sales that came with them, by "
        "coupon, campaign, store, operator, partner or origin; and patterns that somebody should look at. What is "
        "issued and held belongs to no store. With `Accept: text/csv`: the rows.",
        query=VoucherReportQuery,
        answers={200: VoucherReportOut},
        problems=["store_unknown"],
    )
    def get(self, request: Request) -> Response:
        """Report."""
        asked = self.asked(VoucherReportQuery)
        found = voucher_report(
            tenant=self.tenant,
            **asked_period(self.brand, asked),
            by=asked.get("by", "coupon"),
            campaign=asked.get("campaign"),
            coupon=asked.get("coupon"),
        )
        return Response(rendered(VoucherReportOut, _shaped(found)))


class PartnerStatements(ApiView):
    """`/reports/partners`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "lines"

    @call(
        "reportPartners",
        "Reports",
        "Report what partners honoured",
        description="The month's statement of each partner: which vouchers its stores honoured, who bears them, "
        "what its sales earned customers, and the net. A month that is over stays as it was: what is taken back later "
        "stands in the later month. With `Accept: text/csv`: the lines.",
        query=MonthQuery,
        answers={200: StatementsOut},
    )
    def get(self, request: Request) -> Response:
        """Report."""
        today = now().astimezone(ZoneInfo(self.brand.timezone)).date()
        month = date.fromisoformat(f"{self.asked(MonthQuery).get('month') or today.strftime('%Y-%m')}-01")
        found = partner_statements(tenant=self.tenant, month=month)
        return Response(
            rendered(
                StatementsOut,
                {
                    "month": f"{month:%Y-%m}",
                    "currency": self.brand.currency,
                    "partners": [_total(each) for each in found],
                    "lines": [line for each in found for line in _lines(each)],
                },
            )
        )


def _shaped(report: VoucherReport) -> dict[str, Any]:
    return {
        "since": report.since,
        "until": report.until,
        "currency": report.currency,
        "by": report.by,
        "whole": asdict(report.whole),
        "rows": [asdict(row.tally) | {"key": row.key, "name": row.name} for row in report.rows],
        "messages": report.messages,
        "suspicions": [
            {
                "pattern": each.found.pattern,
                "operator": each.found.operator_name,
                "customer_id": each.found.customer,
                "uses": each.found.uses,
                "discount_minor": each.found.discount_minor,
                "last_at": each.found.last_at,
            }
            for each in report.suspicions
        ],
    }


def _total(each: PartnerStatement) -> dict[str, Any]:
    return {
        "partner": each.partner.name,
        "uses": each.uses,
        "sales": each.sales,
        "sales_minor": each.sales_minor,
        "borne_minor": each.borne_minor,
        "due_minor": each.due_minor,
    }


def _lines(each: PartnerStatement) -> list[dict[str, Any]]:
    name = each.partner.name
    honoured = [
        {
            "partner": name,
            "store": line.store,
            "coupon": line.coupon,
            "funded_by": line.funded_by,
            "unit": each.currency,
            "uses": line.uses,
            "taken_back": line.taken_back,
            "amount": line.cost_minor - line.back_cost_minor,
            "due_minor": line.due_minor,
        }
        for line in each.honoured
    ]
    earned = [
        {
            "partner": name,
            "store": line.store,
            "coupon": "",
            "funded_by": "brand",
            "unit": line.unit,
            "uses": 0,
            "taken_back": 0,
            "amount": line.earned - line.reversed,
            "due_minor": 0,
        }
        for line in each.earned
    ]
    return honoured + earned
