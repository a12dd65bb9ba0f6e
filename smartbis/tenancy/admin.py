"""The platform staff's admin: brands and people. Served by a process of its own, on the platform's login."""

from typing import Any
from uuid import UUID

from django.conf import settings

if settings.SURFACE == "platform":
    from django.contrib import admin
    from django.contrib.auth.models import Group
    from django.forms import ModelForm
    from django.http import HttpRequest

    from smartbis.kernel.people import Actor
    from smartbis.tenancy.models import Tenant, User
    from smartbis.tenancy.platform_sign_in import PlatformSignInForm
    from smartbis.tenancy.services import set_tenant_status

    admin.site.site_header = admin.site.site_title = "Smartbis"
    admin.site.index_title = "Plataforma"
    admin.site.site_url = settings.BASE_URL
    admin.site.login_form = PlatformSignInForm
    admin.site.unregister(Group)

    @admin.register(Tenant)
    class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
        """Brands: look them up, suspend them, let them work again. Everything else is the brand's own business."""

        list_display = ("name", "slug", "status", "currency", "timezone", "created_at")
        list_display_links = ("name",)
        list_filter = ("status",)
        search_fields = ("name", "slug")
        fields = ("name", "slug", "status", "currency", "timezone", "locale", "created_at", "id")
        readonly_fields = ("name", "slug", "currency", "timezone", "locale", "created_at", "id")

        def has_add_permission(self, request: HttpRequest) -> bool:
            return False

        def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
            return False

        def save_model(self, request: HttpRequest, obj: Tenant, form: "ModelForm[Tenant]", change: bool) -> None:
            actor = Actor(kind="platform", id=UUID(str(request.user.pk)), label=str(request.user))
            set_tenant_status(tenant=obj.id, status=obj.status, actor=actor)

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
