from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("amount", "Amount"),
    ("percentage", "Percentage"),
    ("freebie", "Freebie"),
    ("upgrade", "Upgrade"),
]
VALUES = (
    Q(kind="amount", value_minor__gt=0)
    | Q(kind="amount", is_balance=True)
    | Q(kind="percentage", value_bp__gte=1, value_bp__lte=10_000)
    | (Q(kind="freebie") & ~Q(value_sku=""))
    | (Q(kind="upgrade") & ~Q(value_key=""))
)


class Migration(migrations.Migration):
    """Vouchers that give entry to an event."""

    dependencies = [("vouchers", "0001_initial")]

    operations = [
        migrations.AlterField("coupon", "kind", models.CharField(choices=[*KINDS, ("entry", "Entry")], max_length=10)),
        migrations.AlterField("voucher", "kind", models.CharField(choices=[*KINDS, ("entry", "Entry")], max_length=10)),
        migrations.RemoveConstraint("coupon", "coupon_says_its_value"),
        migrations.AddConstraint(
            "coupon",
            models.CheckConstraint(name="coupon_says_its_value", condition=VALUES | Q(kind="entry", is_listed=False)),
        ),
    ]
