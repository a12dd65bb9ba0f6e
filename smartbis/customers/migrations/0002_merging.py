import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

MERGED = Q(~Q(status="merged"), merged_into__isnull=True) | Q(
    status="merged", name="", birthday_sealed__isnull=True, merged_into__isnull=False
)


class Migration(migrations.Migration):
    """Customers who were merged point at the one who stays; their numbers and ids are aliases of that one."""

    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.AddField(
            "customer",
            "merged_into",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField("customer", "merged_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "customer",
            "status",
            models.CharField(
                choices=[("active", "Active"), ("erased", "Erased"), ("merged", "Merged")],
                default="active",
                max_length=10,
            ),
        ),
        migrations.AddField("identity", "is_alias", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "identity", models.Index(fields=["tenant", "customer"], name="customers_identity_of")
        ),
        migrations.AddConstraint(
            "identity",
            models.UniqueConstraint(
                fields=["tenant", "customer", "kind"],
                condition=Q(is_alias=False),
                name="customers_identity_one_of_a_kind",
            ),
        ),
        migrations.RemoveConstraint("identity", "customers_identity_one_a_kind"),
        migrations.AddIndex(
            "customer",
            models.Index(
                fields=["tenant", "merged_into"],
                name="customers_merged",
                condition=Q(merged_into__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "customer", models.CheckConstraint(name="customers_merged_points_on", condition=MERGED)
        ),
    ]
