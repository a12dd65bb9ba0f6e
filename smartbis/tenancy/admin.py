"""The platform staff's admin: people. Served by a process of its own, on the platform's login.

Brands are in the admin of `outbox`, since other rooms are told of what happens to them.
"""

from typing import Any

from django.conf import settings

if settings.SURFACE == "platform":
    from django.contrib import admin
    from django.contrib.auth.models import Group
    from django.http import HttpRequest

    from smartbis.tenancy.models import User
    from smartbis.tenancy.platform_sign_in import PlatformSignInForm

    admin.site.site_header = admin.site.site_title = "Smartbis"
    admin.site.index_title = "Plataforma"
    admin.site.site_url = settings.BASE_URL
    admin.site.login_form = PlatformSignInForm
    admin.site.unregister(Group)

    @admin.register(User)
    class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
        """People who sign in."""

        list_display = ("email", "name", "is_active", "is_staff", "last_login")
        search_fields = ("email", "name")
        fields = ("email", "name", "language", "is_active", "is_staff")

        def has_add_permission(self, request: HttpRequest) -> bool:
            return False

        def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
            return False
