"""The addresses behind the buttons of messages."""

from django.db import models

from messaging.models.messages import Message
from smartbis.tenancy.models import TenantModel


class Link(TenantModel):
    """One button of one message: it opens `page` of the portal, once, as the message's customer.

    Only the hash of its token is kept. A message that is sent again has other links beside the first ones.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    token_hash = models.BinaryField(max_length=32)
    page = models.CharField(max_length=200, blank=True)  # below the portal's address
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    taps = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "token_hash"], name="messaging_link_token_unique")]
        indexes = [
            models.Index(fields=["tenant", "customer"], name="messaging_link_of_customer"),
            models.Index(fields=["tenant", "expires_at"], name="messaging_link_by_end"),
        ]

    def __str__(self) -> str:
        return str(self.id)
