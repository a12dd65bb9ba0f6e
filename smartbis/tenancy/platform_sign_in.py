"""The platform staff's way in: as slow for guessers as everybody's, and for people who work for the platform alone."""

from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest

from smartbis.kernel.errors import DomainError
from smartbis.tenancy.services import sign_in_person


class PlatformSignInForm(AdminAuthenticationForm):
    """Django's form with our limits. A refusal does not say whether it was the password, the limit or the person."""

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password or self.request is None:
            raise self.get_invalid_login_error()
        try:
            self.user_cache = sign_in_person(email=email, password=password, address=_address_of(self.request))
        except DomainError as error:
            raise self.get_invalid_login_error() from error
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


def _address_of(request: HttpRequest) -> str:
    """The peer, or what our own proxy wrote last of it."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return address
