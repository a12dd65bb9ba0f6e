"""The files in the headers of the brand's own wordings, and where Meta has them."""

from django.db import models

from messaging.models.channels import Channel
from smartbis.tenancy.models import TenantModel


class HeaderFile(TenantModel):
    """A picture, a video or a document that goes with every message of a wording. Never changed.

    The bytes are kept here and not in the public storage: of a document only a message's reader should know. Queries
    that list files leave `content` out.
    """

    class Kind(models.TextChoices):
        IMAGE = "image"
        VIDEO = "video"
        DOCUMENT = "document"

    kind = models.CharField(max_length=8, choices=Kind)
    mime_type = models.CharField(max_length=40)
    filename = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    content = models.BinaryField()
    thumbnail = models.BinaryField(null=True)  # a small JPEG of a picture
    kept_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.CheckConstraint(name="messaging_header_file_size", condition=models.Q(size__gte=1))]

    def __str__(self) -> str:
        return self.filename


class HeaderUpload(TenantModel):
    """A header's file as one number may send it: its id at Meta, which Meta forgets after 30 days."""

    file = models.ForeignKey(HeaderFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    media_id = models.CharField(max_length=40)
    uploaded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "channel", "file"], name="messaging_header_upload_once")
        ]
        indexes = [models.Index(fields=["tenant", "file"], name="messaging_header_upload_file")]

    def __str__(self) -> str:
        return self.media_id
