"""The base of every row that belongs to a tenant."""

from typing import ClassVar, Self

from django.db import models

from smartbis.kernel.ids import new_id
from smartbis.tenancy.managers import TenantManager


class TenantModel(models.Model):
    """A row of one tenant.

    The schema editor gives its table row-level security and makes its foreign keys carry the tenant; `objects` raises
    outside a scope; `unscoped` is for the platform's login and for tests that prove isolation.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()
    unscoped: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
