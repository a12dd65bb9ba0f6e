import django.db.models.deletion
import django.db.models.expressions
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
        ('tenancy', '0004_store_limits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cutoff',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('horizon', models.BigIntegerField(null=True)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant',), name='cutoff_unique')],
            },
        ),
        migrations.CreateModel(
            name='DayClose',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('since', models.DateTimeField(help_text='Included.')),
                ('until', models.DateTimeField(help_text="Excluded: the next day's `since`.")),
                ('transfers', models.BigIntegerField()),
                ('transfers_digest', models.CharField(max_length=64)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('closed_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'db_table_comment': 'append-only',
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'day'), name='day_close_unique'), models.UniqueConstraint(fields=('tenant', 'previous_hash'), name='day_close_chain_unique'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='day_close_forward')],
            },
        ),
        migrations.CreateModel(
            name='DayFigures',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('unit', models.CharField(max_length=12)),
                ('opening', models.BigIntegerField()),
                ('issued', models.BigIntegerField(help_text='From rules.')),
                ('reversed', models.BigIntegerField(help_text='Taken back by refunds and cancellations.')),
                ('spent', models.BigIntegerField(help_text='Vouchers used.')),
                ('returned', models.BigIntegerField(help_text='Uses taken back.')),
                ('adjusted', models.BigIntegerField(help_text='By hand and by opening balances; signed.')),
                ('forfeited', models.BigIntegerField(help_text='Lost with vouchers; signed.')),
                ('written_off', models.BigIntegerField(help_text='Taken back, but borne by the brand; signed.')),
                ('closing', models.BigIntegerField()),
                ('available', models.BigIntegerField()),
                ('pending', models.BigIntegerField()),
                ('held', models.BigIntegerField()),
                ('in_vouchers', models.BigIntegerField()),
                ('owed', models.BigIntegerField()),
                ('transfers', models.BigIntegerField()),
                ('close', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.dayclose')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'db_table_comment': 'append-only',
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'close', 'unit'), name='day_figures_unique'), models.CheckConstraint(condition=models.Q(('closing', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening'), '+', models.F('issued')), '-', models.F('reversed')), '-', models.F('spent')), '+', models.F('returned')), '+', models.F('adjusted')), '-', models.F('forfeited')), '+', models.F('written_off')))), name='day_figures_add_up'), models.CheckConstraint(condition=models.Q(('closing', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('available'), '+', models.F('pending')), '+', models.F('held')), '+', models.F('in_vouchers')), '-', models.F('owed')))), name='day_figures_parts_add_up')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='holderbalance',
            name='holder_balance_not_negative',
        ),
        migrations.AddField(
            model_name='holderbalance',
            name='may_be_negative',
            field=models.BooleanField(db_default=False, help_text='A refund of a brand that allows it has led below zero; ends when it is made good.'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('debit', 'voucher_outstanding'), ('credit', 'voucher_outstanding'), _connector='OR'), fields=['tenant', 'holder', 'unit'], name='transfer_in_vouchers'),
        ),
        migrations.AddConstraint(
            model_name='holderbalance',
            constraint=models.CheckConstraint(condition=models.Q(('held__gte', 0), ('owed__gte', 0), ('pending__gte', 0), models.Q(('available__gte', 0), ('may_be_negative', True), _connector='OR')), name='holder_balance_not_negative'),
        ),
    ]
