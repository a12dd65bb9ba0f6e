"""Files that were loaded, how far each has come, and what became of rows that were not plainly taken."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class ImportBatch(TenantModel):
    """One file. `position` is the last physical line that is settled; it moves in the transaction that settles it."""

    class Kind(models.TextChoices):
        PURCHASES = "purchases"
        CUSTOMERS = "customers"
        PRODUCTS = "products"
        BALANCES = "balances"
        VOUCHERS = "vouchers"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDOING = "undoing"
        UNDONE = "undone"

    class Phase(models.TextChoices):
        ROWS = "rows"
        RETURNS = "returns"

    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    phase = models.CharField(max_length=8, choices=Phase, default=Phase.ROWS)
    filename = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=60, blank=True, help_text="Name below DATA_DIR/imports; empty once gone.")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    encoding = models.CharField(max_length=12)
    delimiter = models.CharField(max_length=1)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    dry_run = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)
    actor_role = models.CharField(max_length=12, blank=True)
    position = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    rows_done = models.BigIntegerField(default=0)
    rows_failed = models.BigIntegerField(default=0)
    rows_repeated = models.BigIntegerField(default=0)
    rows_noted = models.BigIntegerField(default=0)
    made = models.BigIntegerField(default=0, help_text="Sales, customers, articles, balances or vouchers it made.")
    refunds = models.BigIntegerField(default=0)
    failure = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Turns taken since anything was settled.")
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="import_counts_sane",
                condition=models.Q(rows_done__gte=0, rows_failed__gte=0, rows_failed__lte=models.F("rows_done")),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="import_newest"),
            models.Index(
                fields=["tenant", "created_at"],
                name="import_open",
                condition=models.Q(status__in=["queued", "running", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.filename}"


class ImportRow(TenantModel):
    """What became of a row: an error or a note with its reason, a return that waits for the sales, a thing it made.

    The row as it was sent is sealed, since it names people; `payload` holds ids and numbers only.
    """

    class State(models.TextChoices):
        ERROR = "error"
        NOTE = "note"
        WAITING = "waiting"
        SETTLED = "settled"
        MADE = "made"
        EXTRA = "extra"

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State)
    code = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    payload = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    key = models.CharField(max_length=255, null=True)
    occurred_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"],
                condition=models.Q(key__isnull=False, undone_at__isnull=True),
                name="import_key_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "batch", "state", "line", "id"], name="import_rows_by_state"),
            models.Index(
                fields=["tenant", "batch", "occurred_at", "line", "id"],
                name="import_rows_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.state} {self.code}"
