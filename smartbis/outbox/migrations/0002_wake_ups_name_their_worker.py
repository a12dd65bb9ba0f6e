from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="wakeup",
            name="worker",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
    ]
