import django.db.models.deletion
from django.db import migrations, models

import smartbis.kernel.ids


class Migration(migrations.Migration):
    """A backtest keeps every difference, and knows whether customers were merged while it ran."""

    dependencies = [
        ("programs", "0011_gifts_know_their_refund"),
        ("tenancy", "0005_shortfall_negative"),
    ]

    operations = [
        migrations.AddField(
            "backtest",
            "merges",
            models.BigIntegerField(help_text="How many customers had been merged when it began.", null=True),
        ),
        migrations.AddField("backtest", "restarts", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.CreateModel(
            name="BacktestDifferences",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("part", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField(help_text="Its place among those of the part.")),
                ("packed", models.BinaryField()),
                (
                    "backtest",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.backtest",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "backtestdifferences",
            models.UniqueConstraint(
                fields=["tenant", "backtest", "part", "number"], name="backtest_differences_once"
            ),
        ),
    ]
