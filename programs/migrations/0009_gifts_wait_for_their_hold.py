"""Gifts are handed out when their rule's hold has passed; those that wait by now have waited long enough."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0008_rule_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="rulegift",
            name="due_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                help_text="The end of the rule's hold; an unpaid sale's waits for its payment too.",
            ),
            preserve_default=False,
        ),
        migrations.RemoveIndex(model_name="rulegift", name="rule_gift_waiting"),
        migrations.AddIndex(
            model_name="rulegift",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["tenant", "due_at", "id"], name="rule_gift_due"
            ),
        ),
    ]
