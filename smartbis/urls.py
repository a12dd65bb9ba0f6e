"""Addresses of the web process."""

from django.conf import settings
from django.urls import include, path
from django.views.static import serve

from smartbis import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("api.urls")),
    path("p/", include("portal.urls")),
    path("", include("dashboard.urls")),
    # Brands' pictures only: made anew by us on upload, under random names.
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}, name="media"),
]
