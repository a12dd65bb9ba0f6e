"""Backtests: a draft of rules, a period, and what came of it."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField


class BacktestIn(serializers.Serializer[Any]):
    """A draft to be tried on the brand's own sales of a period, both days included."""

    spec = serializers.DictField(help_text="The rules as data, as a version of the programme would hold them.")
    since = serializers.DateField()
    until = serializers.DateField()


class BacktestOut(serializers.Serializer[Any]):
    """A backtest and how far it has come. `result` is empty until it is done."""

    id = serializers.UUIDField()
    program_id = serializers.UUIDField()
    unit = serializers.CharField(help_text="What amounts in the result are counted in: the currency, or `points`.")
    status = serializers.ChoiceField(choices=("queued", "running", "done", "failed", "stopped"))
    since = serializers.DateField()
    until = serializers.DateField()
    draft = serializers.DictField()
    sales_total = serializers.IntegerField()
    sales_done = serializers.IntegerField()
    percent = serializers.IntegerField()
    failure = serializers.CharField(help_text="The code of what stopped it.")
    created_at = InstantField()
    started_at = InstantField(allow_null=True)
    finished_at = InstantField(allow_null=True)
    result = serializers.DictField(
        help_text="Both sides' cost, share of sales, rules and cuts, customers, stores, tiers, segments and months, "
        "the comparison with the ledger, and past uses of balance."
    )


class BacktestPageOut(serializers.Serializer[Any]):
    """A page of backtests, the newest first."""

    results = BacktestOut(many=True)
    next = serializers.URLField(allow_null=True)
