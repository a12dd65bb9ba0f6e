"""Holders, their cached balances, and the transfers that are the whole truth."""

from django.db import models

from smartbis.ledger.accounts import Account
from smartbis.tenancy.models import TenantModel

_ACCOUNTS = [(account.value, account.value) for account in Account]


class Holder(TenantModel):
    """Who holds accounts: a person. Whoever was merged points at the holder who has all that was theirs."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "customer"], name="holder_of_customer_unique")]
        indexes = [
            models.Index(
                fields=["tenant", "merged_into"], name="holder_merged", condition=models.Q(merged_into__isnull=False)
            )
        ]


class HolderBalance(TenantModel):
    """A holder's balances in one unit, moved in the same transaction as the transfers they sum up."""

    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=12)
    available = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0, help_text="How many transfers the holder has in this unit.")
    # The holder's `merged_into` once more: a statement that waited for this row sees it in its newest version.
    merged_into = models.ForeignKey(Holder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    may_be_negative = models.BooleanField(
        db_default=False, help_text="A refund of a brand that allows it has led below zero; ends when it is made good."
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "holder", "unit"], name="holder_balance_unique"),
            models.CheckConstraint(
                name="holder_balance_not_negative",
                condition=models.Q(pending__gte=0, owed__gte=0, held__gte=0)
                & (models.Q(available__gte=0) | models.Q(may_be_negative=True)),
            ),
            models.CheckConstraint(
                name="holder_balance_merged_is_empty",
                condition=models.Q(merged_into__isnull=True) | models.Q(available=0, pending=0, owed=0, held=0),
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
            models.Index(
                fields=["tenant", "holder", "unit"],
                name="transfer_in_vouchers",
                condition=models.Q(debit="voucher_outstanding") | models.Q(credit="voucher_outstanding"),
            ),
        ]


class Cutoff(TenantModel):
    """No transfer of the tenant is recorded before `at` any more: days until then are closed, or about to be.

    `horizon` is the first transaction id that nobody had when `at` was seen by everybody; once all before it have
    ended, what was recorded before `at` is all there. `last_hash` is the newest close's: kept here, so that closes
    that are gone are missed.
    """

    at = models.DateTimeField()
    horizon = models.BigIntegerField(null=True)
    last_hash = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="cutoff_unique")]


class AgedLiability(TenantModel):
    """The age and the use of what a large brand owes in one unit, as reckoned after its last close.

    `ages` and `cohorts` as in `aging.Aging`; a figure to be reckoned anew from the transfers at any time.
    """

    unit = models.CharField(max_length=12)
    as_of = models.DateTimeField()
    ages = models.JSONField()
    lacking = models.BigIntegerField()
    cohorts = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "unit"], name="aged_liability_unique")]


class DayClose(TenantModel):
    """A closed day of the tenant's calendar. Never changed, never deleted."""

    day = models.DateField()
    since = models.DateTimeField(help_text="Included.")
    until = models.DateTimeField(help_text="Excluded: the next day's `since`.")
    transfers = models.BigIntegerField()
    transfers_digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    closed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "day"], name="day_close_unique"),
            models.UniqueConstraint(fields=["tenant", "previous_hash"], name="day_close_chain_unique"),
            models.CheckConstraint(name="day_close_forward", condition=models.Q(until__gt=models.F("since"))),
        ]


class DayFigures(TenantModel):
    """What moved on a closed day in one unit, and what it left, in minor units or points. Never changed.

    `opening` and `closing` are what the brand owes: available, pending, held and in vouchers, less what is owed to it.
    """

    close = models.ForeignKey(DayClose, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=12)
    opening = models.BigIntegerField()
    issued = models.BigIntegerField(help_text="From rules.")
    reversed = models.BigIntegerField(help_text="Taken back by refunds and cancellations.")
    spent = models.BigIntegerField(help_text="Vouchers used.")
    returned = models.BigIntegerField(help_text="Uses taken back.")
    adjusted = models.BigIntegerField(help_text="By hand and by opening balances; signed.")
    forfeited = models.BigIntegerField(help_text="Lost with vouchers; signed.")
    written_off = models.BigIntegerField(help_text="Taken back, but borne by the brand; signed.")
    closing = models.BigIntegerField()
    available = models.BigIntegerField()
    pending = models.BigIntegerField()
    held = models.BigIntegerField()
    in_vouchers = models.BigIntegerField()
    owed = models.BigIntegerField()
    transfers = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "close", "unit"], name="day_figures_unique"),
            models.CheckConstraint(
                name="day_figures_add_up",
                condition=models.Q(
                    closing=models.F("opening")
                    + models.F("issued")
                    - models.F("reversed")
                    - models.F("spent")
                    + models.F("returned")
                    + models.F("adjusted")
                    - models.F("forfeited")
                    + models.F("written_off")
                ),
            ),
            models.CheckConstraint(
                name="day_figures_parts_add_up",
                condition=models.Q(
                    closing=models.F("available")
                    + models.F("pending")
                    + models.F("held")
                    + models.F("in_vouchers")
                    - models.F("owed")
                ),
            ),
        ]
