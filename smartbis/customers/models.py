"""Who a customer is: identities, what they agreed to, what they belong to."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Customer(TenantModel):
    """A person in one tenant. Everything that says who they are can be wiped; the id stays for the ledger."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        ERASED = "erased"
        MERGED = "merged"

    name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    locale = models.CharField(max_length=10, blank=True)
    birthday_sealed = models.BinaryField(null=True)
    # Keyed hash of month and day, so that today's birthdays are found without opening every date.
    birthday_blind = models.BinaryField(null=True)
    channel = models.CharField(max_length=20)
    store = models.ForeignKey("tenancy.Store", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    enrolled_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    # Whoever was joined with another customer is an empty row that points at the one who stays, never at a chain.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    merged_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "-enrolled_at", "-id"], name="customers_newest"),
            models.Index(
                fields=["tenant", "birthday_blind"],
                name="customers_birthday",
                condition=models.Q(birthday_blind__isnull=False),
            ),
            models.Index(
                fields=["tenant", "merged_into"],
                name="customers_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customers_erased_is_wiped",
                condition=~models.Q(status="erased")
                | models.Q(name="", birthday_sealed__isnull=True, birthday_blind__isnull=True, erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="customers_merged_points_on",
                condition=models.Q(~models.Q(status="merged"), merged_into__isnull=True)
                | models.Q(status="merged", name="", birthday_sealed__isnull=True, merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class IdentityKind(models.TextChoices):
    """The ways to recognise a customer. `whatsapp` and `bsuid` are Meta's names for the account."""

    PHONE = "phone"
    EMAIL = "email"
    CPF = "cpf"
    EXTERNAL_ID = "external_id"
    WHATSAPP = "whatsapp"
    BSUID = "bsuid"


class Identity(TenantModel):
    """One way to recognise a customer: the value sealed, a keyed blind index to find it, a mask for screens.

    An alias is a second one of its kind, from a customer who was merged: it finds the person and is not written to.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identities", db_index=False)
    kind = models.CharField(max_length=12, choices=IdentityKind)
    sealed = models.BinaryField()
    blind = models.BinaryField()
    tail = models.CharField(max_length=80, blank=True)
    added_at = models.DateTimeField()
    is_alias = models.BooleanField(default=False, db_default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "blind"], name="customers_identity_once"),
            models.UniqueConstraint(
                fields=["tenant", "customer", "kind"],
                condition=models.Q(is_alias=False),
                name="customers_identity_one_of_a_kind",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "customer"], name="customers_identity_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.tail}"


class NameToken(TenantModel):
    """A word of a customer's name, normalised, for prefix search."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Collation "C" lets `^@` walk the index.
    token = models.CharField(max_length=40, db_collation="C")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "token", "customer"], name="customers_token_once"),
        ]
        indexes = [models.Index(fields=["tenant", "customer"], name="customers_token_customer")]

    def __str__(self) -> str:
        return self.token


class Category(models.TextChoices):
    """What messages are for: service notices, or offers."""

    UTILITY = "utility"
    MARKETING = "marketing"


class Consent(TenantModel):
    """A customer agreed or withdrew, at a moment, to a text, before somebody. The newest row of a category counts."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=10, choices=Category)
    granted = models.BooleanField()
    basis = models.CharField(max_length=40)
    text_version = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20)
    store = models.ForeignKey("tenancy.Store", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        indexes = [
            models.Index(
                fields=["tenant", "customer", "category", "-recorded_at", "-id"], name="customers_consent_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {'granted' if self.granted else 'withdrawn'}"


class Suppression(TenantModel):
    """A number that must not be written to, kept as a keyed hash: it outlives the customer's erasure."""

    blind = models.BinaryField()
    category = models.CharField(max_length=10, choices=Category)
    reason = models.CharField(max_length=20)
    suppressed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "blind", "category"], name="customers_suppression_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.reason}"


class Membership(TenantModel):
    """What a customer belongs to. Written by the rooms above, which define what a key means."""

    class Kind(models.TextChoices):
        PLAN = "plan"
        TIER = "tier"
        SEGMENT = "segment"
        COMMUNITY = "community"
        TAG = "tag"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=60)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "customer", "kind", "key"], name="customers_membership_once"),
            models.CheckConstraint(
                name="customers_membership_period",
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "kind", "key"], name="customers_membership_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class MergeProposal(TenantModel):
    """Two customers who may be one person: something that one of them was known by turned up at the other.

    Open while both are there and nobody said that they are two. `propose_merge` makes the lesser id `one`.
    """

    one = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=20)
    proposed_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "one", "other"], name="customers_proposal_once"),
            models.CheckConstraint(condition=~models.Q(one=models.F("other")), name="customers_proposal_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id} {self.reason}"
