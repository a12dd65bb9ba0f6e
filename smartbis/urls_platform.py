"""Addresses of the platform staff's process."""

from django.contrib import admin
from django.urls import path

from smartbis import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("", admin.site.urls),
]
