"""Merging customers: what is taken and what is answered."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.serializers.base import BalanceOut, CustomerReference
from api.serializers.customers import CustomerOut
from smartbis.customers.services.merge import CpfOf

CPF_OF: Mapping[str, CpfOf] = {"into": "into", "from": "other"}


class MergeIn(serializers.Serializer[Any]):
    """Who is merged into the customer of the address."""

    preview = serializers.BooleanField(required=False, default=False, help_text="Only say what would happen.")
    cpf_of = serializers.ChoiceField(
        required=False,
        choices=sorted(CPF_OF),
        help_text="Whose CPF is right, if both have one: `into` is the customer of the address. The other is dropped.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of the language, so that member is added here."""
        return {"from": CustomerReference(help_text="The customer who is merged."), **super().get_fields()}


class MergeSideOut(serializers.Serializer[Any]):
    """One of the two before the merge."""

    customer = CustomerOut()
    balances = BalanceOut(many=True)
    purchases = serializers.IntegerField()
    vouchers = serializers.IntegerField(help_text="Open ones.")


class MergePreviewOut(serializers.Serializer[Any]):
    """Both sides, and what would be."""

    into = MergeSideOut()
    other = MergeSideOut()
    conflicts = serializers.ListField(
        child=serializers.ChoiceField(choices=["cpf", "name", "birthday"]),
        help_text="Of `name` and `birthday` the one who stays keeps their own; `cpf` needs `cpf_of`.",
    )


class MergeOut(serializers.Serializer[Any]):
    """The customer who stays, with the joined balances."""

    customer = CustomerOut()
    merged_id = serializers.UUIDField(help_text="From now on another name of `customer.id`.")
    balances = BalanceOut(many=True)
    repeated = serializers.BooleanField(help_text="The two have been one since before.")
    preview = MergePreviewOut(allow_null=True, help_text="Both sides, if only a preview was asked for.")
