"""Addresses of the doors for people who work here: product page and sign-in, the counter."""

from django.urls import include, path

urlpatterns = [
    path("", include("dashboard.public.urls")),
    path("counter/", include("dashboard.counter.urls")),
    path("dashboard/", include("dashboard.brand.urls")),
]
