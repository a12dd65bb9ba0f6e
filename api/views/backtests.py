"""Backtests: drafts of rules tried on the brand's own sales."""

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from api.rendering import csv_file
from api.schema import answered, call, sent
from api.serializers.backtests import BacktestIn, BacktestOut, BacktestPageOut
from api.serializers.base import PageQuery
from api.views.base import ApiView, rendered
from programs.backtest import (
    backtests_page,
    customers_csv,
    differences_csv,
    get_backtest,
    start_backtest,
    stop_backtest,
)

SPEC = {"rules": [{"key": "base", "effect": {"kind": "percentage", "basis_points": 700}}]}
BACKTEST = {
    "id": "0199a3f2-be55-7162-8d34-6f7081920399",
    "program_id": "0199a3f2-9c33-7f40-8b12-4d5e6f708192",
    "unit": "BRL",
    "status": "running",
    "since": "2026-01-01",
    "until": "2026-10-31",
    "draft": SPEC,
    "sales_total": 182400,
    "sales_done": 90000,
    "percent": 49,
    "failure": "",
    "created_at": "2026-11-21T18:04:05Z",
    "started_at": "2026-11-21T18:04:06Z",
    "finished_at": None,
    "result": {},
}


class Backtests(ApiView):
    """`/programs/{id}/backtests`"""

    scopes = {"GET": "programs:read", "POST": "programs:write"}

    @call(
        "listBacktests",
        "Programs",
        "List a programme's backtests",
        query=PageQuery,
        answers={200: BacktestPageOut},
        problems=["cursor_invalid", "program_not_found"],
        examples=[answered("The backtests", {"results": [BACKTEST], "next": None})],
    )
    def get(self, request: Request, program: UUID) -> Response:
        """List."""
        return self.page(
            lambda cursor, limit: backtests_page(tenant=self.tenant, program=program, cursor=cursor, limit=limit),
            BacktestOut,
        )

    @call(
        "startBacktest",
        "Programs",
        "Try a draft on past sales",
        description="Answers at once; a worker replays the sales and refunds of the period on the draft and on the "
        "live rules. Nothing is awarded, and nobody is told.",
        body=BacktestIn,
        answers={202: BacktestOut},
        replies={202: "Taken in."},
        problems=["program_not_found", "rule_invalid", "backtests_waiting"],
        key="optional",
        examples=[
            sent("7 % this year", {"spec": SPEC, "since": "2026-01-01", "until": "2026-10-31"}),
            answered("Taken in", BACKTEST | {"status": "queued", "sales_done": 0, "percent": 0}, 202),
        ],
    )
    def post(self, request: Request, program: UUID) -> Response:
        """Take in."""
        given = self.parsed(BacktestIn)
        return self.perhaps_once(
            lambda: (
                202,
                rendered(BacktestOut, start_backtest(tenant=self.tenant, program=program, actor=self.actor, **given)),
            )
        )


class OneBacktest(ApiView):
    """`/backtests/{id}`"""

    scopes = {"GET": "programs:read"}

    @call(
        "getBacktest",
        "Programs",
        "Watch a backtest",
        answers={200: BacktestOut},
        problems=["backtest_not_found"],
        examples=[answered("Half way", BACKTEST)],
    )
    def get(self, request: Request, backtest: UUID) -> Response:
        """Watch."""
        return Response(rendered(BacktestOut, get_backtest(tenant=self.tenant, backtest=backtest)))


class BacktestStop(ApiView):
    """`/backtests/{id}/stop`"""

    scopes = {"POST": "programs:write"}

    @call(
        "stopBacktest",
        "Programs",
        "Stop a backtest",
        description="One that was stopped before stays so.",
        answers={200: BacktestOut},
        problems=["backtest_not_found", "backtest_ended"],
        key="optional",
        examples=[answered("Stopped", BACKTEST | {"status": "stopped"})],
    )
    def post(self, request: Request, backtest: UUID) -> Response:
        """Stop."""
        return self.perhaps_once(
            lambda: (
                200,
                rendered(BacktestOut, stop_backtest(tenant=self.tenant, backtest=backtest, actor=self.actor)),
            )
        )


class BacktestCustomers(ApiView):
    """`/backtests/{id}/customers.csv`"""

    scopes = {"GET": "programs:read"}

    @call(
        "getBacktestCustomers",
        "Programs",
        "Read who would gain or lose",
        description="As CSV, who would lose most first: customer_id, live, draft, difference.",
        answers={(200, "text/csv"): OpenApiTypes.STR},
        problems=["backtest_not_found"],
    )
    def get(self, request: Request, backtest: UUID) -> HttpResponseBase:
        """Read."""
        return csv_file(customers_csv(tenant=self.tenant, backtest=backtest), name=f"backtest-{backtest}")


class BacktestDifferencesFile(ApiView):
    """`/backtests/{id}/differences.csv`"""

    scopes = {"GET": "programs:read"}

    @call(
        "getBacktestDifferences",
        "Programs",
        "Read where the ledger differs from the live rules replayed",
        description="As CSV, every award that differs: purchase_id, rule, reason, replayed, awarded.",
        answers={(200, "text/csv"): OpenApiTypes.STR},
        problems=["backtest_not_found"],
    )
    def get(self, request: Request, backtest: UUID) -> HttpResponseBase:
        """Read."""
        return csv_file(differences_csv(tenant=self.tenant, backtest=backtest), name=f"backtest-{backtest}-differences")
