from django.db import migrations, models


class Migration(migrations.Migration):
    """Coupons may want codes that change for their own vouchers, whatever the brand's till does."""

    dependencies = [("vouchers", "0006_revoked_vouchers")]

    operations = [
        migrations.AddField("coupon", "rotates_code", models.BooleanField(db_default=False, default=False)),
    ]
