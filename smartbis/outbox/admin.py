"""Brands, dead letters and heartbeats for the platform's staff."""

from typing import Any
from uuid import UUID

from django.conf import settings

if settings.SURFACE == "platform":
    from django.contrib import admin
    from django.db.models import QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest

    from smartbis.kernel.codes import group_code
    from smartbis.kernel.people import Actor
    from smartbis.outbox.brand_form import OpenBrandForm
    from smartbis.outbox.brands import set_brand_status
    from smartbis.outbox.models import Delivery, Heartbeat
    from smartbis.outbox.services import replay_dead
    from smartbis.tenancy.models import Tenant
    from smartbis.tenancy.services import open_brand

    @admin.register(Tenant)
    class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
        """Brands: open them, look them up, suspend them, let them work again. All else is the brand's own business."""

        list_display = ("name", "slug", "status", "currency", "timezone", "created_at")
        list_display_links = ("name",)
        list_filter = ("status",)
        search_fields = ("name", "slug")
        fields = ("name", "slug", "status", "currency", "timezone", "locale", "created_at", "id")
        readonly_fields = ("name", "slug", "currency", "timezone", "locale", "created_at", "id")

        def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
            return False

        def get_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
            return self.fields if obj else list(OpenBrandForm.base_fields)

        def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
            return self.readonly_fields if obj else ()

        def get_form(self, request: HttpRequest, obj: Tenant | None = None, change: bool = False, **kwargs: Any) -> Any:
            return super().get_form(request, obj, change, **kwargs) if obj else OpenBrandForm

        def save_model(self, request: HttpRequest, obj: Tenant, form: "ModelForm[Tenant]", change: bool) -> None:
            actor = Actor(kind="platform", id=UUID(str(request.user.pk)), label=str(request.user))
            if change:
                set_brand_status(tenant=obj.id, status=obj.status, actor=actor)
                return
            brand, code = open_brand(actor=actor, **form.cleaned_data)
            obj.pk = brand.id
            door = f"{settings.BASE_URL}/invitation/"
            self.message_user(request, f"{form.cleaned_data['owner']} entra em {door} com o código {group_code(code)}.")

    class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
        """To look at."""

        def has_add_permission(self, request: HttpRequest) -> bool:
            return False

        def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
            return False

        def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
            return False

    @admin.register(Delivery)
    class DeadLetterAdmin(ReadOnlyAdmin):
        """Deliveries that failed every time, of every brand; replaying lets them be tried again."""

        list_display = ("subscriber", "tenant_id", "attempts", "last_error", "due_at")
        actions = ("replay",)

        def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
            return Delivery.unscoped.filter(status=Delivery.Status.DEAD)

        @admin.action(description="Tentar de novo", permissions=["view"])
        def replay(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
            replayed = sum(replay_dead(tenant=letter.tenant_id, delivery=letter.id) for letter in chosen)
            self.message_user(request, f"{replayed} entregas serão tentadas de novo.")

    @admin.register(Heartbeat)
    class HeartbeatAdmin(ReadOnlyAdmin):
        """When each queue's worker last proved to live."""

        list_display = ("queue", "beaten_at")
