"""Writes of tenancy."""

from smartbis.tenancy.services.audit import record_audit, record_refusal
from smartbis.tenancy.services.invitations import invite_staff, join_by_code, join_with_password
from smartbis.tenancy.services.keys import authenticate_key, create_api_key, revoke_api_key
from smartbis.tenancy.services.places import add_partner, add_store, change_store
from smartbis.tenancy.services.routes import add_route, drop_route
from smartbis.tenancy.services.sign_in import sign_in_person
from smartbis.tenancy.services.team import add_staff, change_staff
from smartbis.tenancy.services.tenants import change_brand, check_brand, open_brand, open_tenant, set_tenant_status

__all__ = [
    "add_partner",
    "add_route",
    "add_staff",
    "add_store",
    "authenticate_key",
    "change_brand",
    "change_staff",
    "change_store",
    "check_brand",
    "create_api_key",
    "drop_route",
    "invite_staff",
    "join_by_code",
    "join_with_password",
    "open_brand",
    "open_tenant",
    "record_audit",
    "record_refusal",
    "revoke_api_key",
    "set_tenant_status",
    "sign_in_person",
]
