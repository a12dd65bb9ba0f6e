from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "smartbis.ledger"
    label = "ledger"
