"""Addresses of the public pages."""

from django.urls import path

from dashboard.public import invitation, views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("after-sign-in/", views.after_sign_in, name="after_sign_in"),
    path("invitation/", invitation.join, name="invitation"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
