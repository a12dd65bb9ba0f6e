from django.db import migrations, models

# When a challenge was ended nobody wrote down; the last change of one that is over comes nearest.
ENDED_WHEN_LAST_CHANGED = "UPDATE programs_challenge SET ended_at = changed_at WHERE status = 'ended'"


class Migration(migrations.Migration):
    """A challenge knows when it was ended, so that nothing done later counts towards what waits, and how far it has
    looked back; a referral that waits may be due to be judged again.
    """

    dependencies = [("programs", "0014_dry_runs_keep_no_keys")]

    operations = [
        migrations.AddField("challenge", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField("challenge", "walk_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("challenge", "walk_after", models.UUIDField(null=True)),
        migrations.AlterField(
            "referral", "due_at", models.DateTimeField(help_text="When to judge it again.", null=True)
        ),
        migrations.RemoveIndex("referral", "referral_due"),
        migrations.AddIndex(
            "referral",
            models.Index(
                fields=["tenant", "due_at"],
                name="referral_due",
                condition=models.Q(status__in=["waiting", "settling"]),
            ),
        ),
        migrations.RunSQL(ENDED_WHEN_LAST_CHANGED, migrations.RunSQL.noop),
    ]
