from django.db import migrations, models


class Migration(migrations.Migration):
    """Used vouchers whose plan or sale is gone remember why, for the case that their use comes back."""

    dependencies = [("vouchers", "0005_vouchers_with_plans")]

    operations = [
        migrations.AddField(
            "voucher",
            "revoked_reason",
            models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField("voucher", "revoked_reserve_minor", models.BigIntegerField(db_default=0, default=0)),
    ]
