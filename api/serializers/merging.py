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


class MergePlanOut(serializers.Serializer[Any]):
    """A plan of which the merged customer has periods."""

    key = serializers.CharField()
    name = serializers.CharField()
    into_ends_at = serializers.DateTimeField(allow_null=True, help_text="Null without the plan.")
    other_ends_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="With all periods laid one after another.")


class MergeEventOut(serializers.Serializer[Any]):
    """An event on whose list both are: one place stays."""

    event = serializers.UUIDField()
    name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    keeps = serializers.ChoiceField(choices=["arrived", "registered", "waiting"])
    ends = serializers.ChoiceField(choices=["arrived", "registered", "waiting"])
    returned_points = serializers.IntegerField()
    undoes_arrival = serializers.BooleanField(help_text="What the second arrival earned is taken back.")


class MergeReferralOut(serializers.Serializer[Any]):
    """A referral that is refused."""

    id = serializers.UUIDField()
    referrer = serializers.CharField()
    friend = serializers.CharField()
    was = serializers.ChoiceField(choices=["waiting", "settling", "held", "settled"])
    reason = serializers.ChoiceField(choices=["same_person", "was_customer"])


class MergeChallengeOut(serializers.Serializer[Any]):
    """A challenge in which the merged customer takes part, counted for both."""

    key = serializers.CharField()
    name = serializers.CharField()
    goal = serializers.CharField()
    number = serializers.IntegerField(help_text="How much of the goal one time takes.")
    total = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Times that were rewarded.")
    rewards = serializers.IntegerField(help_text="Times that are reached by then and rewarded next.")


class MergeEffectsOut(serializers.Serializer[Any]):
    """What becomes of what they take part in."""

    plans = MergePlanOut(many=True)
    events = MergeEventOut(many=True)
    referrals = MergeReferralOut(many=True)
    referrals_moved = serializers.IntegerField(help_text="Others that the merged customer made, which come along.")
    challenges = MergeChallengeOut(many=True)


class MergePreviewOut(serializers.Serializer[Any]):
    """Both sides, and what would be."""

    into = MergeSideOut()
    other = MergeSideOut()
    conflicts = serializers.ListField(
        child=serializers.ChoiceField(choices=["cpf", "name", "birthday"]),
        help_text="Of `name` and `birthday` the one who stays keeps their own; `cpf` needs `cpf_of`.",
    )
    effects = MergeEffectsOut()


class MergeOut(serializers.Serializer[Any]):
    """The customer who stays, with the joined balances."""

    customer = CustomerOut()
    merged_id = serializers.UUIDField(help_text="From now on another name of `customer.id`.")
    balances = BalanceOut(many=True)
    repeated = serializers.BooleanField(help_text="The two have been one since before.")
    preview = MergePreviewOut(allow_null=True, help_text="Both sides, if only a preview was asked for.")
