"""The platform staff's admin: tenants and users. Served by a process of its own, on the platform's login."""

from django.conf import settings

if settings.SURFACE == "platform":
    from django.contrib import admin

    from smartbis.tenancy.models import Tenant, User

    @admin.register(Tenant)
    class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
        """Tenants, to open, suspend and look after."""

        list_display = ("name", "slug", "status", "currency", "timezone", "created_at")
        list_filter = ("status",)
        search_fields = ("name", "slug")
        readonly_fields = ("id", "slug", "currency", "created_at")

        def has_add_permission(self, request: object) -> bool:
            return False

        def has_delete_permission(self, request: object, obj: Tenant | None = None) -> bool:
            return False

    @admin.register(User)
    class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
        """People who sign in."""

        list_display = ("email", "name", "is_active", "is_staff", "last_login")
        search_fields = ("email", "name")
        fields = ("email", "name", "language", "is_active", "is_staff")

        def has_add_permission(self, request: object) -> bool:
            return False

        def has_delete_permission(self, request: object, obj: User | None = None) -> bool:
            return False
