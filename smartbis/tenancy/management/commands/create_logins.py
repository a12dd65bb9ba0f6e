"""Create or update the logins app, platform and backup. Runs as the owner; may be repeated."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

from smartbis.environment import read_text
from smartbis.tenancy.logins import DERIVED, derived_url


class Command(BaseCommand):
    """`manage.py create_logins`"""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        _one_at_a_time()
        for login in DERIVED:
            url = read_text(f"DATABASE_{login.upper()}_URL", "") or derived_url(read_text("DATABASE_URL"), login)
            parts = urlsplit(url)
            ensure_login(unquote(parts.username or ""), unquote(parts.password or ""))
            if login == "backup":
                let_dump(unquote(parts.username or ""))
            self.stdout.write(f"login {unquote(parts.username or '')} is ready")


def _one_at_a_time() -> None:
    """Two of these at once would fail: PostgreSQL lets one transaction change a role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('create_logins', 0))")


def ensure_login(role: str, password: str) -> None:
    """Create `role` without any privilege of its own, or give it this password."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(
            sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}")
            .format(sql.Identifier(role), sql.Literal(password))
            .as_string(cursor.connection)
            if verb == "CREATE"
            else sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            .format(sql.Identifier(role), sql.Literal(password))
            .as_string(cursor.connection)
        )
        cursor.execute(
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)).as_string(cursor.connection)
        )


def let_dump(role: str) -> None:
    """Let `role` read sequences, those to come as well: a dump holds them, and tables are granted with their making."""
    with connection.cursor() as cursor:
        for statement in (
            "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(sql.Identifier(role)).as_string(cursor.connection))
