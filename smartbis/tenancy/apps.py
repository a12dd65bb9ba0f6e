from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "smartbis.tenancy"
    label = "tenancy"
