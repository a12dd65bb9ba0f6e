from django.db import migrations, models

# So far each target said whether it waits. Those that do stand behind the position, as they always did.
WHERE_ORDERS_ARE = """
UPDATE vouchers_issuance i SET position = (
    SELECT t.customer_id FROM vouchers_issuancetarget t
    WHERE t.tenant_id = i.tenant_id AND t.issuance_id = i.id AND NOT EXISTS (
        SELECT FROM vouchers_issuancetarget w
        WHERE w.tenant_id = t.tenant_id AND w.issuance_id = t.issuance_id AND w.is_waiting
          AND w.customer_id <= t.customer_id)
    ORDER BY t.customer_id DESC LIMIT 1)
WHERE i.status <> 'done'
"""


class Migration(migrations.Migration):
    """An order says how far it has come, in place of each of its targets."""

    dependencies = [("vouchers", "0007_changing_codes")]

    operations = [
        migrations.AddField("issuance", "position", models.UUIDField(null=True)),
        migrations.RunSQL(WHERE_ORDERS_ARE, migrations.RunSQL.noop),
        migrations.RemoveIndex("issuancetarget", "issuance_target_waiting"),
        migrations.RemoveField("issuancetarget", "is_waiting"),
    ]
