from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_template_forms")]

    operations = [
        migrations.AddField(
            model_name="template",
            name="status_at",
            field=models.DateTimeField(null=True),
        ),
    ]
