from django.db import migrations

# What dry runs said they had made was taken back with them, but its keys stood in the way of the import itself.
FREE_KEYS_OF_DRY_RUNS = """
UPDATE programs_importrow r SET undone_at = now()
FROM programs_importbatch b
WHERE b.tenant_id = r.tenant_id AND b.id = r.batch_id AND b.dry_run
  AND r.state = 'made' AND r.undone_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0013_proven_tenant_keys")]

    operations = [migrations.RunSQL(FREE_KEYS_OF_DRY_RUNS, migrations.RunSQL.noop)]
