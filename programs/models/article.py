"""What the brand sells, by article number."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Article(TenantModel):
    """One version of an article's name and category: the newest that was not undone is the one in force."""

    sku = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=100, blank=True)
    tags = models.JSONField(default=list)
    import_batch = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "sku", "import_batch"],
                condition=models.Q(undone_at__isnull=True),
                name="article_once_per_import",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "sku", "-recorded_at", "-id"],
                name="article_newest",
                condition=models.Q(undone_at__isnull=True),
            ),
            models.Index(fields=["tenant", "import_batch"], name="article_by_import"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"
