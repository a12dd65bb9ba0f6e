"""The second belt: a manager that refuses to work without a tenant in scope."""

from typing import TypeVar

from django.db import models

from smartbis.tenancy.scope import current_tenant

M = TypeVar("M", bound=models.Model)


class TenantManager(models.Manager[M]):
    """Only the rows of the tenant in scope. Raises TenantScopeMissing without one."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(tenant_id=current_tenant())
