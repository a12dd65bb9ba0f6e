"""Sales in batches."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from rest_framework import exceptions, serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from api.parsing import LargeJsonParser
from api.problems import problem_response
from api.references import Buyer, buyers_of, store_of
from api.schema import answered, call, sent
from api.serializers.purchases import MAX_BATCH, BatchIn, BatchOut, PurchaseIn
from api.views.base import checked
from api.views.purchases import ANSWER, SALE, SaleView
from programs.infos import SaleResult
from programs.selectors import sale_readings
from programs.services import record_sales
from smartbis.kernel.errors import DomainError
from smartbis.kernel.turns import Turns
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import StoreInfo, stores

# Batches of one brand share customers: side by side, each would hold some of them and wait for others.
_batches = Turns()


class BatchTooLarge(APIException):
    """More sales than one batch takes."""

    status_code = 413
    default_code = "batch_too_large"
    default_detail = f"A batch takes up to {MAX_BATCH:,} sales."


@dataclass(frozen=True)
class Refused:
    """The row of a batch whose sale was refused."""

    body: dict[str, Any]


class PurchaseBatch(SaleView):
    """`/purchases/batch`"""

    scopes = {"POST": "purchases:write"}
    parser_classes = [LargeJsonParser]

    @call(
        "recordPurchases",
        "Purchases",
        "Record a batch of sales",
        description=f"Up to {MAX_BATCH:,} sales of a till that was offline, each judged on its own and answered at its "
        "place with the status and body that the single call would have had. Those refused hold back no other. "
        "Balances, also in `receipt_text`, are those after the whole batch.",
        body=BatchIn,
        answers={200: BatchOut},
        problems=["batch_too_large"],
        key="required",
        examples=[
            sent("Two sales", {"purchases": [SALE, SALE | {"external_id": "2026-000418", "store": "nowhere"}]}),
            answered(
                "One recorded, one refused",
                {
                    "results": [
                        {"status": 201, "purchase": ANSWER},
                        {
                            "status": 400,
                            "problem": {
                                "type": "urn:smartbis:problem:store_unknown",
                                "status": 400,
                                "title": "There is no such store.",
                                "detail": "There is no such store.",
                                "code": "store_unknown",
                                "errors": {"store": ["There is no such store."]},
                            },
                        },
                    ]
                },
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Record each."""
        self.require_key()
        rows = [_checked_or_problem(row) for row in self._rows(request.data)]
        with ExitStack() as turn:

            def record() -> tuple[int, Any]:
                turn.close()  # what lost to a deadlock runs again
                turn.enter_context(_batches.turn(self.tenant))
                return 200, {"results": self._record(rows)}

            # The turn begins once the key is ours, so that a repeat is told at once, and ends with the commit.
            return self.once(record, reading=sale_readings(self.tenant))

    @staticmethod
    def _rows(data: Any) -> list[Any]:
        rows = data.get("purchases") if isinstance(data, dict) else data
        if not isinstance(rows, list) or not rows:
            raise serializers.ValidationError({"purchases": ["Send a list of sales."]})
        if len(rows) > MAX_BATCH:
            raise BatchTooLarge
        return rows

    def _record(self, rows: list[dict[str, Any] | Refused]) -> list[dict[str, Any]]:
        drafts = self._drafts(rows)
        judged = iter(
            record_sales(tenant=self.tenant, sales=[draft for draft in drafts if isinstance(draft, SaleDraft)])
        )
        results = [next(judged) if isinstance(draft, SaleDraft) else draft for draft in drafts]
        done = [each.outcome for each in results if isinstance(each, SaleResult) and each.outcome]
        bodies = iter(self.answers(done))
        return [self._row(each, bodies) for each in results]

    def _drafts(self, rows: list[dict[str, Any] | Refused]) -> list[SaleDraft | Refused]:
        """The drafts of checked rows, with their customers read together."""
        sales = [row for row in rows if isinstance(row, dict)]
        buyers = iter(buyers_of(self.tenant, [sale.get("customer") or {} for sale in sales]))
        known = {store.code: store for store in stores(tenant=self.tenant)}
        return [self._draft_or_problem(row, known, next(buyers)) if isinstance(row, dict) else row for row in rows]

    def _draft_or_problem(self, row: dict[str, Any], known: dict[str, StoreInfo], buyer: Buyer) -> SaleDraft | Refused:
        try:
            return self.draft(row, known.get(row["store"]) or store_of(self.tenant, row["store"]), buyer)
        except DomainError as error:
            return refused(error)

    @staticmethod
    def _row(result: SaleResult | Refused, bodies: Any) -> dict[str, Any]:
        if isinstance(result, Refused):
            return result.body
        if result.outcome is None:
            assert result.error is not None
            return refused(result.error).body
        return {"status": 200 if result.outcome.repeated else 201, "purchase": next(bodies)}


def _checked_or_problem(row: Any) -> dict[str, Any] | Refused:
    try:
        return checked(PurchaseIn, row)
    except exceptions.ValidationError as error:
        return refused(error)


def refused(error: Exception) -> Refused:
    """A refusal of one sale of a batch, as the single call would have answered."""
    problem = problem_response(error, {})
    return Refused({"status": problem.status_code, "problem": problem.body})
