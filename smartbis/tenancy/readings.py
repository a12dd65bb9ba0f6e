"""Rows of models by fixed statements: what pages ask at every view, without composing a query each time."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from smartbis.tenancy.scope import Reading

M = TypeVar("M", bound=models.Model)


def rows_reading(
    model: type[M],
    tenant: UUID,
    tail: str = "",
    parameters: Sequence[object] = (),
    *,
    joined: tuple[str, ...] = (),
    name: Hashable = None,
) -> Reading[list[M]]:
    """The tenant's rows of a model as instances, `row` in the statement: `AND row.status = %s ORDER BY row.id`.

    `tail` is fixed text of ours, what differs goes into `parameters`. `joined` names foreign keys whose rows come
    along, under their own names; they are there for certain. With a `name`, a scope that only reads remembers them.
    """
    shape = _shape(model, joined)
    return Reading(f"{shape.statement} {tail}", (tenant, *parameters), shape.make, name, only_in_reading=True)


def row_reading(
    model: type[M], tenant: UUID, tail: str = "", parameters: Sequence[object] = (), *, name: Hashable = None
) -> Reading[M | None]:
    """The first of the rows that `rows_reading` would read, if there is any."""
    rows = rows_reading(model, tenant, f"{tail} LIMIT 1", parameters, name=name)

    def make(found: list[tuple[Any, ...]]) -> M | None:
        return next(iter(rows.make(found)), None)

    return Reading(rows.statement, rows.parameters, make, name, only_in_reading=True)


@dataclass(frozen=True)
class _Part:
    """One model's columns within a row, and what makes of its values what Django would."""

    model: type[models.Model]
    attributes: tuple[str, ...]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def instance(self, values: list[Any]) -> Any:
        for place, convert in self.converters:
            values[place] = convert(values[place])
        return self.model.from_db(connection.alias, self.attributes, values)


@dataclass(frozen=True)
class _Shape:
    """A statement up to its tail, and how its rows are read."""

    statement: str
    head: _Part
    joined: tuple[tuple[str, _Part], ...]

    def make(self, rows: list[tuple[Any, ...]]) -> list[Any]:
        return [self._instance(list(row)) for row in rows]

    def _instance(self, values: list[Any]) -> Any:
        start = len(self.head.attributes)
        row = self.head.instance(values[:start])
        for field, part in self.joined:
            end = start + len(part.attributes)
            setattr(row, field, part.instance(values[start:end]))
            start = end
        return row


@lru_cache(maxsize=256)
def _shape(model: type[models.Model], joined: tuple[str, ...]) -> _Shape:
    quote = connection.ops.quote_name
    columns, tables = _columns(model, "row"), f"{quote(model._meta.db_table)} row"
    parts = []
    for name in joined:
        field: Any = model._meta.get_field(name)
        other, key = field.related_model, quote(field.column)
        columns += _columns(other, name)
        table = quote(other._meta.db_table)
        tables += f" JOIN {table} {name} ON {name}.tenant_id = row.tenant_id AND {name}.id = row.{key}"
        parts.append((name, _part(other)))
    statement = f"SELECT {', '.join(columns)} FROM {tables} WHERE row.tenant_id = %s"  # noqa: S608
    return _Shape(statement, _part(model), tuple(parts))


def _columns(model: type[models.Model], alias: str) -> list[str]:
    return [f"{alias}.{connection.ops.quote_name(str(field.column))}" for field in model._meta.concrete_fields]


def _part(model: type[models.Model]) -> _Part:
    fields = model._meta.concrete_fields
    converters = tuple(
        (place, _converter(converter, field))
        for place, field in enumerate(fields)
        for converter in field.get_db_converters(connection)
    )
    return _Part(model, tuple(field.attname for field in fields), converters)


def _converter(convert: Any, field: Any) -> Callable[[Any], Any]:
    column = field.get_col(field.model._meta.db_table)
    return lambda value: convert(value, column, connection)
