"""What a brand tells its members of a new version of its rules."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class RuleNotice(TenantModel):
    """The text for one version; on the portal until `shown_until`, and sent where `sends` says so.

    Members are gone through by their id: who stands at or before `sent_up_to` has their message, or was not to have it.
    """

    version = models.ForeignKey("programs.RuleVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=600)
    shown_until = models.DateTimeField()
    sends = models.BooleanField(default=False)
    sent_up_to = models.UUIDField(null=True)
    messages = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "version"], name="rule_notice_once_a_version")]
        indexes = [
            models.Index(
                fields=["tenant", "created_at"],
                name="rule_notice_to_send",
                condition=models.Q(sends=True, sent_at__isnull=True),
            ),
        ]


class NoticeSeen(TenantModel):
    """A member who has put a notice away."""

    notice = models.ForeignKey(RuleNotice, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [models.UniqueConstraint(fields=["tenant", "customer", "notice"], name="notice_seen_once")]
