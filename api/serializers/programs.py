"""Programmes as integrators see them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField


class RuleOut(serializers.Serializer[Any]):
    """One version of a programme's rule."""

    version = serializers.IntegerField()
    effective_at = InstantField()
    sentence = serializers.CharField(help_text="For people, in the language asked for.")
    spec = serializers.DictField(help_text="The rule as data.")


class ProgramOut(serializers.Serializer[Any]):
    """A programme with the version in force and the one that will follow."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="`cashback` or `points`.")
    unit = serializers.CharField(help_text="What it gives: the tenant's currency, or `points`.")
    status = serializers.CharField(help_text="`live` or `paused`.")
    current = RuleOut(allow_null=True)
    upcoming = RuleOut(allow_null=True)


class ProgramsOut(serializers.Serializer[Any]):
    """Every programme, the oldest first, on one page."""

    results = ProgramOut(many=True)
    next = serializers.URLField(allow_null=True)
