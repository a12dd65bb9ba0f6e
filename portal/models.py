"""Sign-in codes on their way, and who is signed in to a brand's portal."""

from django.db import models

from smartbis.tenancy.models import TenantModel

MAX_TRIES = 5


class SignInChallenge(TenantModel):
    """A code sent to a number. The code is kept as a keyed hash, the number and what was written sealed.

    Rows are removed a day after they were made.
    """

    phone_sealed = models.BinaryField()
    # What a stranger wrote on the join form, sealed JSON: they become a customer once the code proves their number.
    draft_sealed = models.BinaryField(null=True)
    code_hash = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text="Used up, or superseded by a newer code.")

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="portal_challenge_tries", condition=models.Q(tries__lte=MAX_TRIES)),
        ]
        indexes = [models.Index(fields=["tenant", "created_at"], name="portal_challenge_by_age")]


class PortalSession(TenantModel):
    """A browser in which a customer is signed in. Only the token's hash is kept; signing out deletes the row."""

    class Proof(models.TextChoices):
        """What showed who it is: a code, or the link of a message, by which one only reads."""

        CODE = "code"
        LINK = "link"

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    token_hash = models.BinaryField(max_length=32)
    proof = models.CharField(max_length=4, choices=Proof, default=Proof.CODE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "token_hash"], name="portal_session_token_unique")]
        indexes = [
            models.Index(fields=["tenant", "customer"], name="portal_session_of_customer"),
            models.Index(fields=["tenant", "expires_at"], name="portal_session_by_end"),
        ]
