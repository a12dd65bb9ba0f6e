import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Vouchers made of balance name the stores that take none."""

    dependencies = [("vouchers", "0002_entry_vouchers")]

    operations = [
        migrations.AddField(
            "voucher",
            "excluded_stores",
            django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
    ]
