import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    """Pairs of customers who may be one person, for staff to judge."""

    dependencies = [
        ('customers', '0002_merging'),
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.CreateModel(
            name='MergeProposal',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=20)),
                ('proposed_at', models.DateTimeField()),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('one', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('other', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'one', 'other'), name='customers_proposal_once'), models.CheckConstraint(condition=models.Q(('one', models.F('other')), _negated=True), name='customers_proposal_of_two')],
            },
        ),
    ]
