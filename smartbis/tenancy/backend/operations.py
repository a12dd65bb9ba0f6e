"""What migrations may ask of the schema editor beside Django's own operations."""

from typing import Any

from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

from smartbis.tenancy.backend.schema import TenantSchemaEditor, proves_its_tenant


class DropProvenTenantKeys(Operation):
    """Remove the foreign key to the tenant from the application's tables whose other keys prove it anyway.

    For tables that were made before the schema editor left such keys out; on a new database it finds little to do.
    """

    category = OperationCategory.REMOVAL
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are: the key is no part of their state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Remove the keys."""
        for model in _proven(app_label, to_state):
            _editor(schema_editor).drop_tenant_key(model)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the keys again, those that a new database never had among them."""
        for model in _proven(app_label, to_state):
            _editor(schema_editor).drop_tenant_key(model)
            _editor(schema_editor).add_tenant_key(model)

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return "Drop foreign keys to the tenant that other keys prove"


def _editor(schema_editor: Any) -> TenantSchemaEditor:
    assert isinstance(schema_editor, TenantSchemaEditor)
    return schema_editor


def _proven(app_label: str, state: ProjectState) -> list[Any]:
    return [model for model in state.apps.get_app_config(app_label).get_models() if proves_its_tenant(model)]
