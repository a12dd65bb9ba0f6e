"""The ledger's closed days, and its check."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField


class DayFiguresOut(serializers.Serializer[Any]):
    """A closed day in one unit, in minor units or points. Opening and what moved are the closing."""

    unit = serializers.CharField()
    opening = serializers.IntegerField(help_text="What was owed to customers before the day.")
    issued = serializers.IntegerField(help_text="Earned by rules.")
    reversed = serializers.IntegerField(help_text="Taken back by refunds and cancellations.")
    spent = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="Uses taken back.")
    adjusted = serializers.IntegerField(help_text="By hand and by opening balances; signed.")
    forfeited = serializers.IntegerField(help_text="Lost with vouchers; signed.")
    written_off = serializers.IntegerField(help_text="Taken back, but borne by the brand; signed.")
    closing = serializers.IntegerField(help_text="Available, pending, held and in vouchers, less owed.")
    available = serializers.IntegerField()
    pending = serializers.IntegerField()
    held = serializers.IntegerField()
    in_vouchers = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="What customers owe.")
    transfers = serializers.IntegerField(help_text="How many.")


class DailyCloseOut(serializers.Serializer[Any]):
    """A closed day of the tenant's calendar, from `since` (included) to `until` (excluded)."""

    day = serializers.DateField()
    since = InstantField()
    until = InstantField()
    transfers = serializers.IntegerField(help_text="How many, in all units.")
    transfers_digest = serializers.CharField(help_text="SHA-256 over all transfers of the day, in hex.")
    previous_hash = serializers.CharField(help_text="The day before's; 64 zeros for the first.")
    hash = serializers.CharField(help_text="SHA-256, in hex, over the figures, the digest and the previous hash.")
    closed_at = InstantField()
    figures = DayFiguresOut(many=True)


class DailyClosePageOut(serializers.Serializer[Any]):
    """A page of closed days."""

    results = DailyCloseOut(many=True)
    next = serializers.URLField(allow_null=True)


class DifferenceOut(serializers.Serializer[Any]):
    """One figure that is kept and is not what its transfers say."""

    kind = serializers.ChoiceField(choices=("balance", "transfer", "award", "hold", "voucher"))
    id = serializers.UUIDField(allow_null=True, help_text="The transfer's, award's or voucher's.")
    customer_id = serializers.UUIDField(allow_null=True)
    unit = serializers.CharField()
    part = serializers.CharField(help_text="Which figure, as `available`.")
    kept = serializers.IntegerField()
    counted = serializers.IntegerField(help_text="What the transfers say.")


class ClosedDaysCheckOut(serializers.Serializer[Any]):
    """Whether closed days are as they were."""

    ok = serializers.BooleanField()
    days = serializers.IntegerField(help_text="How many are closed; the chain of all is checked.")
    recounted = serializers.IntegerField(help_text="Of these, the newest, whose transfers were added up anew.")
    first_bad = serializers.DateField(allow_null=True, help_text="The first day that differs.")
    problem = serializers.ChoiceField(
        choices=("", "figures", "transfers", "chain", "gap", "late", "missing"),
        help_text="What differs on it; `missing`: days from it on were closed and are gone.",
    )


class LedgerCheckOut(serializers.Serializer[Any]):
    """Whether everything that is kept is what the transfers say."""

    ok = serializers.BooleanField(help_text="Nothing differs, and no closed day has changed.")
    checked_at = InstantField()
    holders = serializers.IntegerField(help_text="Accounts that were added up.")
    transfers = serializers.IntegerField()
    differing = serializers.IntegerField(help_text="How many figures differ.")
    differences = DifferenceOut(many=True, help_text="The first thousand of them.")
    closed_days = ClosedDaysCheckOut()
