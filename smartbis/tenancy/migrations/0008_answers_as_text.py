from django.db import migrations, models

# An answer was kept as a JSON string of its text, a form's as an object: both become the text itself.
AS_TEXT = "ALTER TABLE tenancy_requestrecord ALTER COLUMN body TYPE text USING body #>> '{}'"
AS_JSON = "ALTER TABLE tenancy_requestrecord ALTER COLUMN body TYPE jsonb USING to_jsonb(body)"


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0007_proven_tenant_keys")]

    operations = [
        migrations.RunSQL(
            AS_TEXT,
            AS_JSON,
            state_operations=[
                migrations.AlterField(model_name="requestrecord", name="body", field=models.TextField()),
            ],
        ),
    ]
