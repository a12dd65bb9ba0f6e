from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0005_proven_tenant_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='cutoff',
            name='last_hash',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
    ]
