"""Addresses of the web process."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

from smartbis import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("dashboard.urls")),
    path("p/", include("portal.urls")),
    path("", include("api.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
