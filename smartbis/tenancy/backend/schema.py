"""The schema editor that protects tenant tables. `docs/adr/` says why here and not in each migration."""

from collections.abc import Iterator
from typing import Any

from django.db.backends.ddl_references import Columns, Statement
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import Field, Model

TENANT = "tenancy.Tenant"
APPEND_ONLY = "append-only"


def tenant_column(model: type[Model]) -> str | None:
    """The column that says whose a row is; None for a global table."""
    if model._meta.label == TENANT:
        return "id"
    field = _tenant_field(model)
    return field.column if field else None


def _tenant_field(model: type[Model]) -> Any:
    fields = model._meta.local_fields
    return next((field for field in fields if field.name == "tenant" and field.remote_field), None)


def is_append_only(model: type[Model]) -> bool:
    """Whether rows are only ever added."""
    return model._meta.db_table_comment.startswith(APPEND_ONLY)


def proves_its_tenant(model: type[Model]) -> bool:
    """Whether each row points at another table's row of its tenant, so that a key to the tenant itself proves nothing.

    Foreign keys between tenants' tables carry the tenant; where one is never empty, its target's row proves that the
    tenant exists.
    """
    return any(
        field.remote_field
        and getattr(field, "db_constraint", False)
        and not field.null
        and _carries_tenant(model, field)
        for field in model._meta.local_fields
        if field.related_model is not model
    )


def _carries_tenant(model: type[Model], field: Any) -> bool:
    """Whether a foreign key leads from one table of tenants to another, the tenants' own left aside."""
    target: type[Model] = field.remote_field.model
    is_between = tenant_column(model) is not None and tenant_column(target) is not None
    return is_between and field.name != "tenant" and target._meta.label != TENANT


class TenantSchemaEditor(DatabaseSchemaEditor):
    """Creates tables together with their grants, policies, and keys that carry the tenant."""

    # A foreign key added with its column is created like every other, so that it carries the tenant too.
    sql_create_column_inline_fk = None  # type: ignore[assignment]

    def create_model(self, model: type[Model]) -> None:
        super().create_model(model)
        for statement in self._grants(model):
            self.execute(statement)
        if column := tenant_column(model):
            for statement in self._protection(model, column):
                self.execute(statement)
        if is_append_only(model):
            for statement in self._append_only(model):
                self.execute(statement)
        if proves_its_tenant(model):
            self.deferred_sql = [each for each in self.deferred_sql if not self._leads_to_tenant(each, model)]

    def drop_tenant_key(self, model: type[Model]) -> None:
        """Remove the foreign key to the tenant from a table that exists."""
        column = str(tenant_column(model))
        for name in self._constraint_names(model, [column], foreign_key=True):  # type: ignore[attr-defined]
            self.execute(self._delete_fk_sql(model, name))  # type: ignore[attr-defined]

    def add_tenant_key(self, model: type[Model]) -> None:
        """Make the foreign key to the tenant, as a table without another proof has it."""
        self.execute(self._create_fk_sql(model, _tenant_field(model), "_fk_%(to_table)s_%(to_column)s"))

    def add_field(self, model: type[Model], field: "Field[Any, Any]") -> None:
        super().add_field(model, field)
        if field.name == "tenant" and field.remote_field:
            for statement in self._protection(model, str(field.column)):
                self.execute(statement)

    def _role(self, login: str) -> str:
        return str(self.quote_name(f"{self.connection.settings_dict['USER']}_{login}"))

    def _grants(self, model: type[Model]) -> Iterator[str]:
        table = self.quote_name(model._meta.db_table)
        rights = "SELECT, INSERT" if is_append_only(model) else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {rights} ON {table} TO {self._role('app')}, {self._role('platform')}"
        yield f"GRANT SELECT ON {table} TO {self._role('backup')}"

    def _protection(self, model: type[Model], column: str) -> Iterator[str]:
        table, tenant = self.quote_name(model._meta.db_table), self.quote_name(column)
        own = f"{tenant} = (SELECT app_tenant())"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY tenant_only ON {table} TO {self._role('app')} USING ({own}) WITH CHECK ({own})"
        yield f"CREATE POLICY platform_all ON {table} TO {self._role('platform')} USING (true) WITH CHECK (true)"
        yield f"CREATE POLICY backup_all ON {table} FOR SELECT TO {self._role('backup')} USING (true)"
        yield f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        key = model._meta.pk
        if model._meta.label != TENANT and key and key.column:
            name = self.quote_name(f"{model._meta.db_table}_tenant_key")
            yield f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({tenant}, {self.quote_name(key.column)})"

    def _append_only(self, model: type[Model]) -> Iterator[str]:
        table = self.quote_name(model._meta.db_table)
        yield (
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )

    def _leads_to_tenant(self, statement: Any, model: type[Model]) -> bool:
        """Whether a statement that still waits makes the model's foreign key to its tenant."""
        return (
            isinstance(statement, Statement)
            and statement.template == self.sql_create_fk
            and str(statement.parts["table"]) == self.quote_name(model._meta.db_table)
            and str(statement.parts["column"]) == self.quote_name(str(tenant_column(model)))
        )

    def _create_fk_sql(self, model: type[Model], field: "Field[Any, Any]", suffix: str) -> Statement:
        statement: Statement = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        target: type[Model] = field.remote_field.model  # type: ignore[union-attr]
        if _carries_tenant(model, field):
            here, there = str(tenant_column(model)), str(tenant_column(target))
            assert target._meta.pk is not None
            statement.parts["column"] = Columns(model._meta.db_table, [here, str(field.column)], self.quote_name)
            statement.parts["to_column"] = Columns(
                target._meta.db_table, [there, str(target._meta.pk.column)], self.quote_name
            )
        return statement
