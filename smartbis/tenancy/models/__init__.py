"""Tenants, where they sell, who works there, and how a request finds its tenant."""

from smartbis.tenancy.models.access import ApiKey, Route, SignInAttempt, StaffMember, User
from smartbis.tenancy.models.base import TenantModel
from smartbis.tenancy.models.places import Partner, Store
from smartbis.tenancy.models.records import AttemptCounter, AuditEntry, DataKey, RequestRecord
from smartbis.tenancy.models.tenant import Tenant

__all__ = [
    "ApiKey",
    "AttemptCounter",
    "AuditEntry",
    "DataKey",
    "Partner",
    "RequestRecord",
    "Route",
    "SignInAttempt",
    "StaffMember",
    "Store",
    "Tenant",
    "TenantModel",
    "User",
]
