from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Vouchers that come with a plan; what ended in a period is found by an index."""

    dependencies = [("vouchers", "0004_campaigns_and_whole_terms")]

    operations = [
        migrations.AddField(
            "coupon",
            "given_with_plans",
            ArrayField(models.CharField(max_length=60), db_default=[], default=list, size=None),
        ),
        migrations.AddIndex(
            "voucher",
            models.Index(fields=["tenant", "ended_at"], condition=Q(ended_at__isnull=False), name="voucher_by_end"),
        ),
    ]
