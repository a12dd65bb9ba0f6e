"""Serializers as plain functions: the same values as the framework's, for what is plainly in shape.

A serializer stays the one declaration of what a call takes and answers. Walking it for each row of a batch costs
several times what the checks themselves cost, so it is turned once into nested functions, one for each field. They
judge only what leaves no doubt: the exact types that JSON and our infos have. Anything else, every fault among it,
goes to the framework, which alone words problems.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any, cast
from uuid import UUID

from django.core import validators as plain
from rest_framework import fields, serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from api.serializers.base import InstantField, MinorField, PastInstantField, ReferenceField, TextField, WholeField
from smartbis.kernel.ids import text_of

Turn = Callable[[Any], Any]
_TEXTS = (TextField, ReferenceField)
_WHOLES = (WholeField, MinorField)
_UNCHANGING = (str, int, bool, type(None))
_JUDGED = (plain.ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)  # printable text has neither


class Doubtful(Exception):
    """Not plainly in shape: the framework decides."""


@dataclass(frozen=True)
class Shape:
    """A serializer with its plain functions. Both raise Doubtful for what its own methods must judge."""

    serializer: Any
    take: Turn
    show: Turn

    @classmethod
    def of(cls, serializer: Any) -> "Shape":
        """The shape that the serializer declares."""
        return cls(serializer, _taking(serializer) or _doubted, _showing(serializer))


def _doubted(value: Any) -> Any:
    raise Doubtful


def _taking(serializer: Any) -> Turn | None:
    """What checks data as `run_validation` does; None where a field needs the framework."""
    kind = type(serializer)
    own = ("to_internal_value", "run_validation", "run_validators", "validate_empty_values")
    if any(getattr(kind, name) is not getattr(serializers.Serializer, name) for name in own) or serializer.validators:
        return None
    steps: list[tuple[str, Turn, bool, Callable[[], Any] | None]] = []
    for name, field in serializer.fields.items():
        turn = _taken(field)
        if turn is None or field.read_only or field.source != name or hasattr(serializer, f"validate_{name}"):
            return None
        steps.append((name, turn, field.required, _default(field)))
    judge = serializer.validate if kind.validate is not serializers.Serializer.validate else None

    def take(data: Any) -> Any:
        if type(data) is not dict:
            raise Doubtful
        found = {}
        for name, turn, is_required, default in steps:
            if name in data:
                found[name] = turn(data[name])
            elif is_required:
                raise Doubtful
            elif default is not None:
                found[name] = default()
        if judge is not None:
            try:
                return judge(found)
            except serializers.ValidationError as error:
                raise Doubtful from error
        return found

    return take


def _default(field: Any) -> Callable[[], Any] | None:
    """What stands for a field that was not sent; None where nothing does."""
    if field.default is fields.empty:
        return None
    value = field.default
    return (lambda: value) if type(value) in _UNCHANGING else cast(Callable[[], Any], field.get_default)


def _taken(field: Any) -> Turn | None:
    turn = _turn_of(field)
    return _or_none(turn) if turn is not None and field.allow_null else turn


def _or_none(turn: Turn) -> Turn:
    return lambda value: None if value is None else turn(value)


def _turn_of(field: Any) -> Turn | None:
    kind = type(field)
    if isinstance(field, serializers.Serializer):
        return _taking(field)
    if kind is serializers.ListField:
        return _list(field)
    if kind in _TEXTS:
        return _text(field)
    if kind in _WHOLES:
        return _whole(field)
    if kind is serializers.ChoiceField:
        return _one_of(frozenset(value for value in field.choices if type(value) is str and value))
    if kind is serializers.BooleanField:
        return _one_of(frozenset((True, False)), bool)
    if kind is serializers.UUIDField and not field.validators:
        return _uuid_taken
    if kind in (InstantField, PastInstantField) and not field.validators:
        return _judged_by(field)
    return None


def _bounds(field: Any, least: Any, most: Any) -> tuple[Any, Any] | None:
    """The two bounds that the field's validators set, or None where one of them judges something else."""
    low = high = None
    for validator in field.validators:
        if type(validator) is least:
            low = validator.limit_value
        elif type(validator) is most:
            high = validator.limit_value
        elif type(validator) not in _JUDGED:
            return None
    return low, high


def _text(field: Any) -> Turn | None:
    bounds = _bounds(field, plain.MinLengthValidator, plain.MaxLengthValidator)
    if bounds is None or not field.trim_whitespace:
        return None
    low, high = bounds[0] or 0, bounds[1]
    least = low if field.allow_blank else max(low, 1)

    def take(value: Any) -> str:
        if type(value) is not str or not value.isprintable() or len(value) < least:
            raise Doubtful
        if value[:1].isspace() or value[-1:].isspace() or (high is not None and len(value) > high):
            raise Doubtful
        return value

    return take


def _whole(field: Any) -> Turn | None:
    bounds = _bounds(field, plain.MinValueValidator, plain.MaxValueValidator)
    if bounds is None or None in bounds:
        return None
    low, high = bounds

    def take(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Doubtful
        return value

    return take


def _one_of(values: frozenset[Any], kind: type = str) -> Turn:
    def take(value: Any) -> Any:
        if type(value) is not kind or value not in values:
            raise Doubtful
        return value

    return take


def _uuid_taken(value: Any) -> UUID:
    if type(value) is not str:
        raise Doubtful
    try:
        return UUID(value)
    except ValueError as error:
        raise Doubtful from error


def _judged_by(field: Any) -> Turn:
    def take(value: Any) -> Any:
        if type(value) is not str:
            raise Doubtful
        try:
            return field.to_internal_value(value)
        except serializers.ValidationError as error:
            raise Doubtful from error

    return take


def _list(field: Any) -> Turn | None:
    turn = _taken(field.child)
    bounds = _bounds(field, plain.MinLengthValidator, plain.MaxLengthValidator)
    if turn is None or bounds is None:
        return None
    low = max(bounds[0] or 0, 0 if field.allow_empty else 1)
    high = bounds[1]

    def take(value: Any) -> list[Any]:
        if type(value) is not list or len(value) < low or (high is not None and len(value) > high):
            raise Doubtful
        return [turn(each) for each in value]

    return take


def _showing(serializer: Any) -> Turn:
    """What turns an info into what `serializer.to_representation` makes of it."""
    if type(serializer).to_representation is not serializers.Serializer.to_representation:
        return cast(Turn, serializer.to_representation)
    shown = [field for field in serializer.fields.values() if not field.write_only]
    plain = [(field, turn) for field in shown if (turn := _shown_value(field)) and len(field.source_attrs) == 1]
    known = [field for field, _ in plain]
    others = [(field.field_name, _by_framework(field)) for field in shown if field not in known]
    order = [field.field_name for field in shown]
    steps = [(field.field_name, _TYPES.get(type(field)), turn) for field, turn in plain]
    of_mapping, of_object = _readers([field.source_attrs[0] for field in known])

    def show(info: Any) -> dict[str, Any]:
        try:
            values = of_mapping(info) if type(info) is dict else of_object(info)
        except (KeyError, AttributeError) as error:
            raise Doubtful from error
        found = {
            name: value if value is None or type(value) is kind else turn(value)
            for (name, kind, turn), value in zip(steps, values, strict=True)
        }
        if not others:
            return found
        found |= {name: turn(info) for name, turn in others}
        return {name: found[name] for name in order}

    return show


def _readers(attributes: Sequence[str]) -> tuple[Callable[[Any], Sequence[Any]], Callable[[Any], Sequence[Any]]]:
    """What reads all of these at once: from a mapping, and from an object."""
    if len(attributes) > 1:
        return itemgetter(*attributes), attrgetter(*attributes)
    return (
        lambda info: [info[name] for name in attributes],
        lambda info: [getattr(info, name) for name in attributes],
    )


def _by_framework(field: Any) -> Turn:
    def show(info: Any) -> Any:
        try:
            value = field.get_attribute(info)
        except fields.SkipField as error:
            raise Doubtful from error
        return None if value is None else field.to_representation(value)

    return show


def _shown_value(field: Any) -> Turn | None:
    kind = type(field)
    if isinstance(field, serializers.Serializer):
        return _showing(field)
    if kind in (serializers.ListField, serializers.ListSerializer):
        turn = _shown_value(field.child)
        return None if turn is None else _each(turn, _TYPES.get(type(field.child)))
    if kind is InstantField:
        return _instant
    if kind is serializers.UUIDField:
        return _uuid
    return _doubted if kind in _TYPES else None


def _each(turn: Turn, kind: type | None) -> Turn:
    def show(values: Any) -> list[Any]:
        if type(values) not in (list, tuple):
            raise Doubtful
        return [value if value is None or type(value) is kind else turn(value) for value in values]

    return show


def _uuid(value: Any) -> str:
    if type(value) is not UUID:
        raise Doubtful
    return text_of(value)


def _instant(value: Any) -> str:
    if type(value) is not datetime or value.tzinfo is not UTC:
        raise Doubtful
    return f"{value.isoformat()[:-6]}Z"


# The fields whose values are shown as they are, and of which type those are; of any other the framework decides.
_TYPES: dict[type, type] = {
    serializers.CharField: str,
    TextField: str,
    ReferenceField: str,
    serializers.IntegerField: int,
    WholeField: int,
    MinorField: int,
    serializers.BooleanField: bool,
}
