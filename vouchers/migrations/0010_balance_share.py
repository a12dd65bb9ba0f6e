from django.db import migrations, models


class Migration(migrations.Migration):
    """Vouchers made of balance remember which share of a sale balance may pay; those of before know of none."""

    dependencies = [("vouchers", "0009_proven_tenant_keys")]

    operations = [
        migrations.AddField(
            "voucher", "balance_share_bp", models.PositiveSmallIntegerField(db_default=10_000, default=10_000)
        ),
    ]
