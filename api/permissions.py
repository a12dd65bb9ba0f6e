"""What a key may do: each call names the scope it needs."""

from typing import Any, cast

from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from smartbis.tenancy.selectors import ApiKeyInfo


class ScopeMissing(APIException):
    """The key does not carry the scope of this call."""

    status_code = 403
    default_code = "scope_missing"
    default_detail = "This API key does not carry the scope that the call needs."

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key does not carry the scope `{scope}`.")
        self.params = {"scope": scope}


class HasScope(BasePermission):
    """Lets a key through that carries `view.scopes[method]`; a method without a scope is left to answer 405."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises ScopeMissing."""
        scope, key = view.scopes.get(request.method), cast(ApiKeyInfo, request.auth)
        if scope is not None and scope not in key.scopes:
            raise ScopeMissing(scope)
        return True
