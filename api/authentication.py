"""Who calls: a key of one tenant, in `Authorization: Bearer <key>`."""

from typing import cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from smartbis.kernel.people import Actor
from smartbis.tenancy.errors import TenantSuspended
from smartbis.tenancy.selectors import ApiKeyInfo, TenantInfo
from smartbis.tenancy.services import authenticate_key

SCHEME = "bearer"


class ApiKeyMissing(APIException):
    """No key was sent."""

    status_code = 401
    default_code = "key_missing"
    default_detail = "Send your API key as `Authorization: Bearer <key>`."


class ApiKeyInvalid(APIException):
    """The key is unknown or was revoked."""

    status_code = 401
    default_code = "key_invalid"
    default_detail = "This API key is unknown or was revoked."


class ApiRequest(Request):
    """A request that `ApiKeyAuthentication` let in."""

    brand: TenantInfo


class ApiKeyAuthentication(BaseAuthentication):
    """Sets `request.auth` to the key, `request.user` to the actor it makes, and `request.brand` to its tenant."""

    def authenticate(self, request: Request) -> tuple[Actor, ApiKeyInfo]:
        """Raises ApiKeyMissing, ApiKeyInvalid, TenantSuspended."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME or not secret.strip():
            raise ApiKeyMissing
        found = authenticate_key(secret.strip())
        if found is None:
            raise ApiKeyInvalid
        brand, key = found
        if brand.status != "active":
            raise TenantSuspended
        cast(ApiRequest, request).brand = brand
        return Actor(kind="api_key", id=key.id, label=key.name, scopes=key.scopes), key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for (RFC 6750)."""
        return 'Bearer realm="smartbis"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme as OpenAPI names it."""

    target_class = "api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """An HTTP bearer scheme."""
        return {
            "type": "http",
            "scheme": SCHEME,
            "description": "A key of the dashboard's *Keys* page. It belongs to one tenant and carries scopes.",
        }
