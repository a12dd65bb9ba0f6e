from django.db import migrations, models

# Whoever was of a team so far has joined it, under the name that was everybody's until now.
ALL_HAVE_JOINED = """
UPDATE tenancy_staffmember SET joined_at = created_at, name = tenancy_user.name
FROM tenancy_user WHERE tenancy_user.id = tenancy_staffmember.user_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0002_sign_in_attempt'),
    ]

    operations = [
        migrations.AddField(
            model_name='staffmember',
            name='invitation_ends_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='invitation_hash',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='joined_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='name',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.RunSQL(ALL_HAVE_JOINED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('is_active', False), ('joined_at__isnull', False), _connector='OR'), name='staff_active_only_once_joined'),
        ),
    ]
