from django.db import migrations, models

# So far a list of stores was the limit, and none was no limit.
WHO_IS_LIMITED = "UPDATE tenancy_staffmember SET is_limited = true WHERE cardinality(store_ids) > 0"


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0003_invitations'),
    ]

    operations = [
        migrations.AddField(
            model_name='staffmember',
            name='is_limited',
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(WHO_IS_LIMITED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('is_limited', True), ('store_ids__len', 0), _connector='OR'), name='staff_stores_only_when_limited'),
        ),
    ]
