from django.db import migrations, models


class Migration(migrations.Migration):
    """A registration knows of which start its customer was reminded, so that they are once."""

    dependencies = [("programs", "0015_goals_end_and_look_back")]

    operations = [
        migrations.AddField(
            "registration",
            "reminded_of",
            models.DateTimeField(help_text="The start that they were reminded of.", null=True),
        ),
    ]
