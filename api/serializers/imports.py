"""Imports: a file with its kind and mapping, and how far it has come."""

import json
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.parsing import refuse_constant
from api.serializers.base import InstantField
from programs.imports import KINDS

MAX_MAPPING = 20_000


@extend_schema_field(OpenApiTypes.STR)
class MappingField(serializers.CharField):
    """The name of a preset, or a JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        """The preset's name, or the object. Raises ValidationError."""
        text = super().to_internal_value(data)
        if not text.startswith("{"):
            return text
        try:
            return json.loads(text, parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError("This is neither the name of a preset nor a JSON object.") from error


class ImportIn(serializers.Serializer[Any]):
    """A CSV file in UTF-8 (also gzip), and how to read it."""

    file = serializers.FileField(max_length=200)
    kind = serializers.ChoiceField(choices=KINDS)
    mapping = MappingField(
        required=False,
        max_length=MAX_MAPPING,
        help_text='A JSON object as text, `{"columns": {field: column}, …}`, or the name of a preset; absent when the '
        "columns are called like the fields, or as people usually call them (`pagamento`, `telefone`, `valor`).",
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Reads and judges, and keeps nothing.")


class ImportOut(serializers.Serializer[Any]):
    """An import and how far it has come; counts are rows of the file."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=("queued", "running", "done", "failed", "undone"))
    filename = serializers.CharField()
    dry_run = serializers.BooleanField()
    rows_total = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    rows_failed = serializers.IntegerField(help_text="Not taken; `errors.csv` says why.")
    rows_repeated = serializers.IntegerField(help_text="Were there already: nothing changed.")
    rows_noted = serializers.IntegerField(help_text="Kept as notes.")
    made = serializers.IntegerField(help_text="Sales, customers, articles, balances or vouchers it made.")
    refunds = serializers.IntegerField()
    failure = serializers.CharField(help_text="The code of what stopped it.")
    failure_sentence = serializers.CharField()
    can_undo = serializers.BooleanField()
    is_undoing = serializers.BooleanField()
    created_at = InstantField()
    started_at = InstantField(allow_null=True)
    finished_at = InstantField(allow_null=True)
    undone_at = InstantField(allow_null=True)


class ImportPageOut(serializers.Serializer[Any]):
    """A page of imports, the newest first."""

    results = ImportOut(many=True)
    next = serializers.URLField(allow_null=True)
