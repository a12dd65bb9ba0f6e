from django.db import migrations, models


class Migration(migrations.Migration):
    """A gift remembers the refund that took it back, for the case that the refund is undone."""

    dependencies = [("programs", "0010_checkouts")]

    operations = [
        migrations.AddField(
            "rulegift",
            "taken_by",
            models.UUIDField(help_text="The refund that took it back, or what of it was not used.", null=True),
        ),
    ]
