"""The test database: made and emptied by its owner, used by the application's login."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, connections

from smartbis.environment import database_from_url
from smartbis.tenancy.backend.schema import is_append_only
from smartbis.tenancy.logins import derived_url


def owner_login() -> dict[str, object]:
    """The owner's side of the connection settings."""
    return database_from_url(os.environ["DATABASE_URL"])


def app_login() -> dict[str, object]:
    """The application's."""
    return database_from_url(derived_url(os.environ["DATABASE_URL"], "app"))


def use_login(login: dict[str, object]) -> None:
    """Reconnect the default connection as `login`, staying on the present database."""
    connection.close()
    for settings_dict in (connection.settings_dict, connections.settings["default"]):
        settings_dict["USER"], settings_dict["PASSWORD"] = login["USER"], login["PASSWORD"]


@contextmanager
def as_owner() -> Iterator[None]:
    """Do something as the owner; only outside a transaction."""
    use_login(owner_login())
    try:
        yield
    finally:
        use_login(app_login())


def empty_every_table() -> None:
    """Remove all rows, as the owner, with the append-only triggers off for that moment."""
    from django.db import transaction

    made = set(connection.introspection.table_names())
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in made]
    kept = {"django_content_type", "auth_permission"}
    tables = [model._meta.db_table for model in models if model._meta.db_table not in kept]
    guarded = [model._meta.db_table for model in models if is_append_only(model)]
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only')
        cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in tables))
        for table in guarded:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER append_only')


def test_name() -> str:
    """The test database's name; `TEST_DB_SUFFIX` keeps side-by-side runs apart, and so do the workers of one run."""
    parts = (os.environ.get("TEST_DB_SUFFIX"), os.environ.get("PYTEST_XDIST_WORKER"))
    return "_".join(["test", str(owner_login()["NAME"]), *filter(None, parts)])


def prepare(config: Any) -> None:
    """Point Django's test runner at the owner, so that it can create and migrate the database."""
    cast(dict[str, Any], settings.DATABASES["default"]).setdefault("TEST", {})["NAME"] = test_name()
    connection.settings_dict.setdefault("TEST", {})["NAME"] = test_name()
