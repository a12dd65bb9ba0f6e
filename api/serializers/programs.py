"""Programmes as integrators see them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import FutureInstantField, InstantField, TextField
from programs.presets import PRESETS


class RuleOut(serializers.Serializer[Any]):
    """One version of a programme's rule."""

    version = serializers.IntegerField()
    effective_at = InstantField()
    sentence = serializers.CharField(help_text="For people, in the language asked for.")
    spec = serializers.DictField(help_text="The rules as data.")


class ProgramOut(serializers.Serializer[Any]):
    """A programme with the version in force and the one that will follow."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="`cashback` or `points`.")
    unit = serializers.CharField(help_text="What it gives: the tenant's currency, or `points`.")
    status = serializers.CharField(help_text="`live` or `paused`.")
    current = RuleOut(allow_null=True)
    upcoming = RuleOut(allow_null=True)


class BudgetOut(serializers.Serializer[Any]):
    """A rule's budget and what of it was given, refunds taken off. Minor units of money, also for points."""

    rule = serializers.CharField(help_text="The rule's key.")
    budget_minor = serializers.IntegerField()
    used_minor = serializers.IntegerField()


class ProgramDetailOut(ProgramOut):
    """A programme with every version of its rules, the newest first."""

    versions = RuleOut(many=True)
    budgets = BudgetOut(many=True, help_text="Of the rules in force, or of the first that will be.")


class ProgramsOut(serializers.Serializer[Any]):
    """Every programme, the oldest first, on one page."""

    results = ProgramOut(many=True)
    next = serializers.URLField(allow_null=True)


class NoticeIn(serializers.Serializer[Any]):
    """What members are told of a new version."""

    text = TextField(max_length=600, help_text="One or two sentences.")
    days = serializers.IntegerField(
        required=False, default=7, min_value=0, max_value=90, help_text="How long it is shown after taking effect."
    )
    send = serializers.BooleanField(
        required=False, default=False, help_text="Also as a message to members who agreed to service notices."
    )


class ProgramIn(serializers.Serializer[Any]):
    """A programme with its first rules."""

    name = TextField(max_length=80)
    kind = serializers.ChoiceField(choices=["cashback", "points"])
    spec = serializers.DictField(help_text="Rules, spending of balance, and what points are worth.")
    effective_at = InstantField(required=False, help_text="Now if absent; earlier for a history that is brought along.")


class PresetOut(serializers.Serializer[Any]):
    """A starting point for a programme."""

    key = serializers.CharField()
    name = serializers.CharField(help_text="In the language asked for, as `text`, `sentence` and the rules' names are.")
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=["cashback", "points"])
    spec = serializers.DictField(help_text="The rules as data: a draft to change, to try, or to open as it is.")
    sentence = serializers.CharField()
    extras = serializers.ListField(
        child=serializers.ChoiceField(choices=["plan", "referrals", "tiers"]),
        help_text="What it needs beside rules.",
    )


class PresetsOut(serializers.Serializer[Any]):
    """Every starting point."""

    results = PresetOut(many=True)
    next = serializers.URLField(allow_null=True)


class PresetIn(serializers.Serializer[Any]):
    """Which starting point to open a programme from."""

    preset = serializers.ChoiceField(choices=[each.key for each in PRESETS])
    name = TextField(required=False, max_length=80, help_text="The preset's if absent.")
    with_extras = serializers.BooleanField(
        required=False, default=True, help_text="Make its plan, tiers and terms of referrals where there are none yet."
    )
    effective_at = InstantField(required=False, help_text="Now if absent; earlier for a history that is brought along.")


class VersionIn(serializers.Serializer[Any]):
    """The next version of a programme's rules."""

    spec = serializers.DictField(help_text="Rules, spending of balance, and what points are worth: all of them.")
    effective_at = FutureInstantField(required=False, help_text="Now if absent.")
    based_on = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="The highest `version` that you know of: refused if another was published since.",
    )
    notice = NoticeIn(required=False, help_text="Absent: members are not told.")


class ProgramChangeIn(serializers.Serializer[Any]):
    """Pause a programme, or let it earn again."""

    status = serializers.ChoiceField(choices=["live", "paused"])
