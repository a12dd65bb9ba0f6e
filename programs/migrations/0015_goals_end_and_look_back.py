from django.db import migrations, models

# When a challenge was ended nobody wrote down; the last change of one that is over comes nearest.
ENDED_WHEN_LAST_CHANGED = "UPDATE programs_challenge SET ended_at = changed_at WHERE status = 'ended'"


class Migration(migrations.Migration):
    """A challenge knows when it was ended, so that nothing done later counts towards what waits."""

    dependencies = [("programs", "0014_dry_runs_keep_no_keys")]

    operations = [
        migrations.AddField("challenge", "ended_at", models.DateTimeField(null=True)),
        migrations.RunSQL(ENDED_WHEN_LAST_CHANGED, migrations.RunSQL.noop),
    ]
