"""Holders, their cached balances, and the transfers that are the whole truth."""

from django.db import models

from smartbis.ledger.accounts import Account
from smartbis.tenancy.models import TenantModel

_ACCOUNTS = [(account.value, account.value) for account in Account]


class Holder(TenantModel):
    """Who holds accounts: a person."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "customer"], name="holder_of_customer_unique")]


class HolderBalance(TenantModel):
    """A holder's balances in one unit, moved in the same transaction as the transfers they sum up."""

    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=12)
    available = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0, help_text="How many transfers the holder has in this unit.")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "holder", "unit"], name="holder_balance_unique"),
            models.CheckConstraint(
                name="holder_balance_not_negative",
                condition=models.Q(available__gte=0, pending__gte=0, owed__gte=0, held__gte=0),
            ),
        ]


class Transfer(TenantModel):
    """One movement of a whole number of one unit between two accounts. Never changed, never deleted."""

    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=12)
    number = models.BigIntegerField(help_text="The holder's how-manyeth transfer in this unit.")
    debit = models.CharField(max_length=20, choices=_ACCOUNTS)
    credit = models.CharField(max_length=20, choices=_ACCOUNTS)
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    explanation = models.JSONField(default=dict)
    available_after = models.BigIntegerField()
    pending_after = models.BigIntegerField()
    owed_after = models.BigIntegerField()
    held_after = models.BigIntegerField()
    occurred_at = models.DateTimeField(help_text="When it happened in the world.")
    recorded_at = models.DateTimeField(help_text="When it was written here.")
    effective_at = models.DateTimeField(help_text="When it counts.")
    purchase_id = models.UUIDField(null=True)
    refund_id = models.UUIDField(null=True)
    award_id = models.UUIDField(null=True)
    voucher_id = models.UUIDField(null=True)
    import_batch = models.UUIDField(null=True)
    store_id = models.UUIDField(null=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "holder", "unit", "number"], name="transfer_number_unique"),
            models.UniqueConstraint(
                fields=["tenant", "award_id"],
                condition=models.Q(kind__in=["earn", "earn_pending"]),
                name="transfer_earns_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "award_id", "refund_id", "debit"],
                condition=models.Q(kind="reversal"),
                name="transfer_reverses_once_per_refund",
            ),
            models.UniqueConstraint(
                fields=["tenant", "voucher_id"],
                condition=models.Q(kind="voucher_issue"),
                name="transfer_pays_a_voucher_once",
            ),
            models.CheckConstraint(name="transfer_amount_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(name="transfer_between_two_accounts", condition=~models.Q(debit=models.F("credit"))),
        ]
        indexes = [
            models.Index(fields=["tenant", "holder", "-recorded_at", "-number"], name="transfer_statement"),
            models.Index(
                fields=["tenant", "purchase_id"],
                name="transfer_by_purchase",
                condition=models.Q(purchase_id__isnull=False),
            ),
            models.Index(fields=["tenant", "recorded_at"], name="transfer_by_time"),
            models.Index(
                fields=["tenant", "import_batch"],
                name="transfer_by_import",
                condition=models.Q(import_batch__isnull=False),
            ),
        ]
