"""The ledger's proof: closed days, and whether everything adds up."""

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.rendering import CsvRenderer
from api.schema import answered, call
from api.serializers.base import PageQuery
from api.serializers.ledger import DailyCloseOut, DailyClosePageOut, LedgerCheckOut
from api.views.base import ApiView, rendered
from programs.selectors import check_books
from smartbis.kernel.clock import now
from smartbis.ledger.closes import closes, verify_newest_closes

MOST_DIFFERENCES = 1_000


class DailyCloses(ApiView):
    """`/reports/daily-closes`"""

    scopes = {"GET": "reports:read"}

    @call(
        "listDailyCloses",
        "Reports",
        "List closed days",
        description="The newest first. A day is closed shortly after the tenant's midnight and never changes: its hash "
        "covers its figures, all its transfers, and the hash of the day before.",
        query=PageQuery,
        answers={200: DailyClosePageOut},
        problems=["cursor_invalid"],
    )
    def get(self, request: Request) -> Response:
        """List."""
        return self.page(lambda cursor, limit: closes(tenant=self.tenant, cursor=cursor, limit=limit), DailyCloseOut)


class LedgerCheck(ApiView):
    """`/reports/ledger-check`"""

    scopes = {"GET": "reports:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]
    csv_rows = "differences"

    @call(
        "checkLedger",
        "Reports",
        "Check that the ledger adds up",
        description="Adds up every transfer anew and compares balances, holds, vouchers, awards and closed days (the "
        "last 31 recounted, the chain of all). Takes seconds for each million transfers: once a day is often enough. "
        "With `Accept: text/csv`: what differs.",
        answers={200: LedgerCheckOut},
        problems=["ledger_too_large"],
        examples=[
            answered(
                "Everything adds up",
                {
                    "ok": True,
                    "checked_at": "2026-11-21T18:04:05Z",
                    "holders": 318,
                    "transfers": 9120,
                    "differing": 0,
                    "differences": [],
                    "closed_days": {"ok": True, "days": 90, "recounted": 31, "first_bad": None, "problem": ""},
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Check."""
        check, days = check_books(tenant=self.tenant), verify_newest_closes(tenant=self.tenant)
        answer = {
            "ok": check.ok and days.ok,
            "checked_at": now(),
            "holders": check.holders,
            "transfers": check.transfers,
            "differing": len(check.differences),
            "differences": check.differences[:MOST_DIFFERENCES],
            "closed_days": days,
        }
        return Response(rendered(LedgerCheckOut, answer))
