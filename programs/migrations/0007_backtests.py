import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_merging'),
        ('programs', '0006_referrals_and_challenges'),
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.CreateModel(
            name='Backtest',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('draft', models.JSONField()),
                ('since', models.DateField()),
                ('until', models.DateField(help_text='Included.')),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('stopped', 'Stopped')], default='queued', max_length=8)),
                ('position', models.PositiveIntegerField(default=0)),
                ('parts', models.PositiveIntegerField(default=0)),
                ('sales_total', models.BigIntegerField(default=0)),
                ('sales_done', models.BigIntegerField(default=0)),
                ('partial', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('failure', models.CharField(blank=True, max_length=60)),
                ('attempts', models.PositiveIntegerField(default=0, help_text='Turns taken since anything was settled.')),
                ('lease', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('actor_label', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('program', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.program')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'program', '-created_at', '-id'], name='backtest_newest'), models.Index(condition=models.Q(('status__in', ['queued', 'running'])), fields=['tenant', 'created_at'], name='backtest_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='backtest_period_forward'), models.CheckConstraint(condition=models.Q(('position__lte', models.F('parts')), ('parts', 0), _connector='OR'), name='backtest_within_parts')],
            },
        ),
        migrations.CreateModel(
            name='BacktestCustomer',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('part', models.PositiveIntegerField()),
                ('live', models.BigIntegerField()),
                ('draft', models.BigIntegerField()),
                ('difference', models.BigIntegerField()),
                ('backtest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.backtest')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'backtest', 'difference', 'id'], name='backtest_customer_order')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'backtest', 'customer'), name='backtest_customer_once')],
            },
        ),
    ]
