from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "smartbis.purchases"
    label = "purchases"
