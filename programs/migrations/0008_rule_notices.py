import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_merging'),
        ('programs', '0007_backtests'),
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleNotice',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=600)),
                ('shown_until', models.DateTimeField()),
                ('sends', models.BooleanField(default=False)),
                ('sent_up_to', models.UUIDField(null=True)),
                ('messages', models.PositiveIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.ruleversion')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('sends', True), ('sent_at__isnull', True)), fields=['tenant', 'created_at'], name='rule_notice_to_send')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'version'), name='rule_notice_once_a_version')],
            },
        ),
        migrations.CreateModel(
            name='NoticeSeen',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
                ('notice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.rulenotice')),
            ],
            options={
                'db_table_comment': 'append-only',
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'customer', 'notice'), name='notice_seen_once')],
            },
        ),
    ]
