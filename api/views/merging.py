"""Two customers turn out to be one person."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.references import customer_of
from api.schema import answered, call, sent
from api.serializers.merging import CPF_OF, MergeIn, MergeOut
from api.views.base import ApiView, rendered
from programs.selectors import preview_merge
from programs.services import merge_customers


class CustomerMerge(ApiView):
    """`/customers/{id}/merge`"""

    scopes = {"POST": "customers:write"}

    @call(
        "mergeCustomers",
        "Customers",
        "Merge another customer into this one",
        description="Sales, balances, vouchers, messages and identities of `from` become this customer's; the old id, "
        "phone and other identities go on finding them. Merging again answers the same. With `preview` nothing "
        "changes, and what would become of plans, events, referrals and challenges is said. Two CPFs are refused "
        "unless `cpf_of` says which one is right.",
        body=MergeIn,
        answers={200: MergeOut},
        replies={200: "One customer, or what would be."},
        problems=["customer_not_found", "customer_erased", "merge_same_customer", "merge_cpf_conflict"],
        key="optional",
        examples=[
            sent("A preview", {"from": {"phone": "11 91234-5678"}, "preview": True}),
            answered(
                "Merged",
                {
                    "customer": {"id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f", "name": "Ana Souza"},
                    "merged_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e50",
                    "balances": [{"unit": "BRL", "available": 4448, "pending": 1200, "owed": 0}],
                    "repeated": False,
                    "preview": None,
                },
            ),
        ],
    )
    def post(self, request: Request, customer: UUID) -> Response:
        """Merge, or say what would happen."""
        given = self.parsed(MergeIn)
        other = given["from"].get("id") or customer_of(self.tenant, given["from"])
        if given["preview"]:
            return Response(rendered(MergeOut, self._preview(customer, other)))

        def work() -> tuple[int, Any]:
            cpf_of = CPF_OF.get(given.get("cpf_of", ""))
            outcome = merge_customers(
                tenant=self.tenant,
                into=customer,
                other=other,
                cpf_of=cpf_of,
                actor=self.actor,
            )
            body = {
                "customer": outcome.customer,
                "merged_id": outcome.merged_id,
                "balances": outcome.balances,
                "repeated": outcome.repeated,
                "preview": None,
            }
            return 200, rendered(MergeOut, body)

        return self.perhaps_once(work)

    def _preview(self, customer: UUID, other: UUID) -> dict[str, Any]:
        found = preview_merge(tenant=self.tenant, into=customer, other=other)
        return {
            "customer": found.into.customer,
            "merged_id": other,
            "balances": found.balances,
            "repeated": found.is_done,
            "preview": found,
        }
