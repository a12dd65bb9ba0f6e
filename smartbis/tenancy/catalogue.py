"""Does the database protect what the models say it must? Asked after every migration and before every start."""

from collections.abc import Iterator, Set
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from smartbis.tenancy.backend.schema import TENANT, is_append_only, tenant_column

GLOBAL_TABLES = {
    "tenancy.User": "one person may work for two brands",
    "tenancy.User_groups": "Django's own, unused",
    "tenancy.User_user_permissions": "Django's own, unused",
    "tenancy.Route": "finds the tenant before it is known; no personal data",
    "tenancy.SignInAttempt": "counts before the tenant is known; keyed hashes only",
    "outbox.WakeUp": "which tenant has work due; no personal data",
    "outbox.Heartbeat": "workers prove that they live",
    "outbox.ScheduledRun": "a period of a schedule runs once",
    "auth.Group": "Django's own, unused",
    "auth.Group_permissions": "Django's own, unused",
    "auth.Permission": "Django's own, unused",
    "contenttypes.ContentType": "Django's own",
    "sessions.Session": "staff sessions: a signed bag that names a user",
    "admin.LogEntry": "the platform's staff",
}
_POLICIES = {"tenant_only", "platform_all", "backup_all", "owner_all"}


class Unprotected(Exception):
    """The database does not protect a tenant's rows as it must; nothing may start on it."""


def verify() -> None:
    """Raise Unprotected with every fault found."""
    faults = list(find_faults())
    if faults:
        raise Unprotected("; ".join(faults))


def find_faults() -> Iterator[str]:
    """Every difference between the models and the database's catalogue, one sentence each."""
    yield from _role_faults()
    tables, policies, rights, keys, guarded = _tables(), _policies(), _rights(), _unique_keys(), _guarded()
    expected = set()
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        expected.add(table)
        if table not in tables:
            yield f"{table}: no such table"
            continue
        column = tenant_column(model)
        if column is None:
            if model._meta.label not in GLOBAL_TABLES:
                yield f"{table}: neither a tenant's nor on the list of global tables"
            continue
        if tables[table] != (True, True):
            yield f"{table}: row-level security is not enabled and forced"
        if policies.get(table, {}).keys() != _POLICIES:
            yield f"{table}: its policies are {sorted(policies.get(table, {}))}"
        elif f"{column} = ( SELECT app_tenant()" not in policies[table]["tenant_only"]:
            yield f"{table}: its policy does not compare {column} with the tenant in scope"
        if is_append_only(model):
            yield from _change_faults(table, rights.get(table, set()), is_guarded=table in guarded)
        if "TRUNCATE" in rights.get(table, set()):
            yield f"{table}: the application may empty it"
        if model._meta.label != TENANT:
            yield from _shape_faults(model, keys.get(table, set()))
    yield from _foreign_key_faults(tables.keys())
    for view in _query(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    ):
        yield f"{view[0]}: views are not protected"


def _change_faults(table: str, rights: set[str], *, is_guarded: bool) -> Iterator[str]:
    if rights & {"UPDATE", "DELETE", "TRUNCATE"}:
        yield f"{table}: append-only, yet the application may change it"
    if not is_guarded:
        yield f"{table}: append-only, yet no enabled trigger refuses changes"


def _shape_faults(model: type[models.Model], keys: set[tuple[str, ...]]) -> Iterator[str]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and constraint.fields[0] != "tenant":
            yield f"{model._meta.db_table}: {constraint.name} does not start with the tenant"
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            yield f"{model._meta.db_table}: {field.name} is unique across tenants"
    if ("tenant_id", "id") not in keys:
        yield f"{model._meta.db_table}: UNIQUE (tenant_id, id) is missing"


def _role_faults() -> Iterator[str]:
    (name, superuser, bypass), *_ = _query(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    owned = _query("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")[0][0]
    if name.endswith("_app") and (superuser or bypass or owned):
        yield f"the login {name} could see more than one tenant"
    if settings.DATABASE_LOGIN == "app" and not name.endswith("_app"):
        yield f"the login {name} is not the application's"


def _tables() -> dict[str, tuple[bool, bool]]:
    rows = _query(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    return {name: (enabled, forced) for name, enabled, forced in rows}


def _policies() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, name, using in _query("SELECT tablename, policyname, qual FROM pg_policies WHERE schemaname = 'public'"):
        found.setdefault(table, {})[name] = using or ""
    return found


def _rights() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, right in _query(
        "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a "
        "JOIN pg_roles r ON r.oid = a.grantee "
        "WHERE c.relnamespace = 'public'::regnamespace AND r.rolname ~ '_(app|platform)$'"
    ):
        found.setdefault(table, set()).add(right)
    return found


def _guarded() -> set[str]:
    """Tables with a trigger that fires before every UPDATE, DELETE and TRUNCATE and refuses it.

    `tgtype` is a set of bits (PostgreSQL's catalog/pg_trigger.h): 2 before, 8 delete, 16 update, 32 truncate; 1, for
    each row, must not be set. `tgenabled` is O or A; D is disabled, and R fires on replicas alone.
    """
    return {
        row[0]
        for row in _query(
            "SELECT c.relname FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE c.relnamespace = 'public'::regnamespace AND p.proname = 'refuse_change' AND t.tgqual IS NULL "
            "AND t.tgenabled IN ('O', 'A') AND t.tgtype & 59 = 58"
        )
    }


def _unique_keys() -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for table, columns in _query(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY k.place) FROM pg_constraint o "
        "JOIN pg_class c ON c.oid = o.conrelid "
        "CROSS JOIN LATERAL unnest(o.conkey) WITH ORDINALITY AS k(number, place) "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number "
        "WHERE o.contype = 'u' AND o.connamespace = 'public'::regnamespace GROUP BY o.oid, c.relname"
    ):
        found.setdefault(table, set()).add(tuple(columns))
    return found


def _foreign_key_faults(tables: Set[str]) -> Iterator[str]:
    """Foreign keys between two tenant tables that do not carry the tenant, and tables with no proof of their tenant.

    The proof is a key to the tenant itself, or one that is never empty and carries it to another tenant's table.
    """
    tenants = {m._meta.db_table for m in apps.get_models() if m._meta.label == TENANT}
    owned = tables & {m._meta.db_table for m in apps.get_models() if tenant_column(m)} - tenants
    proven = set()
    for name, table, target, carries_tenant, is_never_empty in _query(
        "SELECT conname, conrelid::regclass::text, confrelid::regclass::text, "
        "EXISTS (SELECT FROM unnest(conkey, confkey) AS pair (here, there) "
        "JOIN pg_attribute h ON h.attrelid = conrelid AND h.attnum = here AND h.attname = 'tenant_id' "
        "JOIN pg_attribute t ON t.attrelid = confrelid AND t.attnum = there AND t.attname = 'tenant_id'), "
        "(SELECT bool_and(attnotnull) FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ):
        if table in owned and target in owned and not carries_tenant:
            yield f"{table}: {name} lets rows cross tenants"
        if target in tenants or (target in owned and target != table and is_never_empty):
            proven.add(table)
    for table in sorted(owned - proven):
        yield f"{table}: nothing proves that its tenant exists"


def _query(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
