"""Dead letters and heartbeats for the platform's staff."""

from typing import Any

from django.conf import settings

if settings.SURFACE == "platform":
    from django.contrib import admin
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from smartbis.outbox.models import Delivery, Heartbeat
    from smartbis.outbox.services import replay_dead

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
