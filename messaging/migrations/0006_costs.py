import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0005_links_and_versions'),
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('effective_on', models.DateField()),
                ('country', models.CharField(blank=True, max_length=2)),
                ('category', models.CharField(max_length=40)),
                ('currency', models.CharField(max_length=3)),
                ('micros', models.BigIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('loaded_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'country', 'category', 'effective_on'), name='messaging_rate_once'), models.CheckConstraint(condition=models.Q(('micros__gte', 0)), name='messaging_rate_not_negative')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='country',
            field=models.CharField(blank=True, default='', max_length=2),
        ),
    ]
