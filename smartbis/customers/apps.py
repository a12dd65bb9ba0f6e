from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "smartbis.customers"
    label = "customers"
