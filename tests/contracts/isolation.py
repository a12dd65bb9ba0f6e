"""The sweep over every tenant's table: what a brand can see, change or point at of another's, as plain sentences.

Each belt is looked at alone. The database's: through a manager without any filter and through raw SQL, as the
application's login. The manager's: as the owner's login, to whom the database shows everything.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from psycopg import errors

from smartbis.kernel.ids import new_id
from smartbis.tenancy.backend.schema import TENANT, is_append_only, tenant_column
from smartbis.tenancy.scope import tenant_scope

Row = dict[str, Any]


def tenant_models() -> list[type[models.Model]]:
    """Every model whose rows belong to a tenant, the tenant itself aside."""
    return [model for model in apps.get_models() if tenant_column(model) and model._meta.label != TENANT]


def empty_tables(tenant: UUID) -> list[str]:
    """Tenant's tables in which this brand has no row: nothing would be proved about them."""
    with tenant_scope(tenant):
        return [model._meta.label for model in tenant_models() if not model._base_manager.exists()]


def seen_through_the_database(ours: UUID, theirs: UUID) -> Iterator[str]:
    """Tables in which a brand's scope shows rows of another, whatever the manager filters."""
    with tenant_scope(ours), connection.cursor() as cursor:
        for model in tenant_models():
            table, column = _table(model), connection.ops.quote_name(str(tenant_column(model)))
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [theirs])
            if cursor.fetchone() != (0,):
                yield f"{model._meta.label}: their rows are seen by SQL"
            if model.unscoped.filter(tenant_id=theirs).exists():  # type: ignore[attr-defined]
                yield f"{model._meta.label}: their rows are seen by an unfiltered manager"
        cursor.execute("SELECT count(*) FROM tenancy_tenant WHERE id <> %s", [ours])
        if cursor.fetchone() != (0,):
            yield "tenancy.Tenant: another brand is seen"


def seen_through_the_managers(ours: UUID, theirs: UUID) -> Iterator[str]:
    """Managers that show rows of another brand when the database would not stop them. Run as the owner."""
    with tenant_scope(ours):
        for model in tenant_models():
            for manager in (model._default_manager, model._base_manager):
                if manager.filter(tenant_id=theirs).exists():
                    yield f"{model._meta.label}.{manager.name}: their rows are seen"
            if not model.unscoped.filter(tenant_id=theirs).exists():  # type: ignore[attr-defined]
                yield f"{model._meta.label}: the owner sees nothing either, so nothing is proved"


def changed_from_outside(ours: UUID, theirs: UUID) -> Iterator[str]:
    """Tables in which a brand's scope updates, deletes, adds or takes over rows of another."""
    samples = {model: _row_of(model, theirs) for model in tenant_models()}
    own = {model: _row_of(model, ours) for model in tenant_models()}
    for model, row in samples.items():
        label, table = model._meta.label, _table(model)
        change = f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = %s"
        erase = f"DELETE FROM {table} WHERE tenant_id = %s"
        for verb, statement in (("updated", change), ("deleted", erase)):
            if touched := _touched(ours, statement, [theirs], may_be_denied=is_append_only(model)):
                yield f"{label}: {touched} of their rows were {verb}"
        if not _refused(ours, _insert(model, row | {"id": new_id()}), errors.InsufficientPrivilege):
            yield f"{label}: a row for them was added"
        move = f"UPDATE {table} SET tenant_id = %s WHERE id = %s"
        if not _refused(ours, (move, [theirs, own[model]["id"]]), errors.InsufficientPrivilege):
            yield f"{label}: a row was moved to them"


def pointing_across(ours: UUID, theirs: UUID) -> Iterator[str]:
    """Foreign keys that let a row of one brand point at a row of another. Run as the owner, triggers off."""
    for model in tenant_models():
        for key in model._meta.local_fields:
            target = key.related_model if isinstance(key, models.ForeignKey) else None
            if target is None or key.name == "tenant" or not tenant_column(target):
                continue
            aim = _row_of(target, theirs)["id"]
            mine = _row_of(model, ours, **{f"{key.name}__isnull": False})
            if not mine:
                yield f"{model._meta.label}.{key.name}: no row has it: extend tests/contracts/world.py"
                continue
            statement = f"UPDATE {_table(model)} SET {connection.ops.quote_name(str(key.column))} = %s WHERE id = %s"
            if not _refused(ours, (statement, [aim, mine["id"]]), errors.ForeignKeyViolation):
                yield f"{model._meta.label}.{key.name}: points at their {target._meta.label}"


def _row_of(model: type[models.Model], tenant: UUID, **named: object) -> Row:
    with tenant_scope(tenant):
        row = model._base_manager.filter(tenant_id=tenant, **named).order_by("pk").first()
        if row is None:
            return {}
        return {str(each.column): getattr(row, each.attname) for each in model._meta.local_concrete_fields}


def _insert(model: type[models.Model], row: Row) -> tuple[str, list[Any]]:
    fields = {str(each.column): each for each in model._meta.local_concrete_fields}
    columns = ", ".join(connection.ops.quote_name(name) for name in row)
    places = ", ".join(["%s"] * len(row))
    values = [fields[name].get_db_prep_save(value, connection) for name, value in row.items()]
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({places})", values


def _touched(ours: UUID, statement: str, values: list[Any], *, may_be_denied: bool) -> int:
    """How many rows a statement touches in our scope; what it did is undone."""
    count = 0
    try:
        with tenant_scope(ours), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            count = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as error:
        if not (may_be_denied and isinstance(error.__cause__, errors.InsufficientPrivilege)):
            raise
    return count


def _refused(ours: UUID, statement: tuple[str, list[Any]], reason: type[Exception]) -> bool:
    """Whether the database refuses a statement in our scope, and for this reason; what it did is undone."""
    try:
        with tenant_scope(ours), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(*statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return isinstance(error.__cause__, reason)
    return False


def _table(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def faults(*sweeps: Callable[[UUID, UUID], Iterator[str]], ours: UUID, theirs: UUID) -> list[str]:
    """Everything that the sweeps find, both ways round."""
    return sorted({fault for sweep in sweeps for pair in ((ours, theirs), (theirs, ours)) for fault in sweep(*pair)})
