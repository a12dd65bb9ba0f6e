"""What a brand itself writes for the product's templates."""

from django.db import models

from messaging.models.header_files import HeaderFile
from smartbis.tenancy.models import TenantModel


class TemplateVersion(TenantModel):
    """The brand's own wording of one template in one language.

    Never changed once it was submitted: another wording is another version, with a name of its own at Meta, and the
    one that is approved goes on being sent meanwhile. The library's wording is version 0 and has no row.
    """

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=16)
    header = models.CharField(max_length=300, blank=True)
    # Instead of the title: image, video or document. The file may still be to come while it is a draft.
    header_kind = models.CharField(max_length=8, blank=True, default="")
    file = models.ForeignKey(HeaderFile, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    body = models.CharField(max_length=4096)
    footer = models.CharField(max_length=300, blank=True)
    buttons = models.JSONField(default=list)  # {kind, text, value}; see `own_templates`
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    # A retired version is neither sent nor submitted: the brand chose an older one, or the library's.
    retired_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key", "language", "number"], name="messaging_template_version_number"
            ),
            models.UniqueConstraint(
                fields=["tenant", "key", "language"],
                name="messaging_template_version_one_draft",
                condition=models.Q(submitted_at__isnull=True),
            ),
            models.CheckConstraint(name="messaging_template_version_from_1", condition=models.Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.number} ({self.language})"
