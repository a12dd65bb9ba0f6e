"""The database engine `smartbis.tenancy.backend`."""

from django.db.backends.postgresql import base

from smartbis.tenancy.backend.schema import TenantSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL wrapper with our schema editor."""

    SchemaEditorClass = TenantSchemaEditor
