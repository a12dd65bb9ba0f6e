import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Holder',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'customer'), name='holder_of_customer_unique')],
            },
        ),
        migrations.CreateModel(
            name='HolderBalance',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('unit', models.CharField(max_length=12)),
                ('available', models.BigIntegerField(default=0)),
                ('pending', models.BigIntegerField(default=0)),
                ('owed', models.BigIntegerField(default=0)),
                ('held', models.BigIntegerField(default=0)),
                ('number', models.BigIntegerField(default=0, help_text='How many transfers the holder has in this unit.')),
                ('holder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.holder')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'holder', 'unit'), name='holder_balance_unique'), models.CheckConstraint(condition=models.Q(('available__gte', 0), ('held__gte', 0), ('owed__gte', 0), ('pending__gte', 0)), name='holder_balance_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('unit', models.CharField(max_length=12)),
                ('number', models.BigIntegerField(help_text="The holder's how-manyeth transfer in this unit.")),
                ('debit', models.CharField(choices=[('available', 'available'), ('pending', 'pending'), ('receivable', 'receivable'), ('held', 'held'), ('issued', 'issued'), ('redeemed', 'redeemed'), ('voucher_outstanding', 'voucher_outstanding'), ('adjusted', 'adjusted'), ('forfeited', 'forfeited'), ('written_off', 'written_off')], max_length=20)),
                ('credit', models.CharField(choices=[('available', 'available'), ('pending', 'pending'), ('receivable', 'receivable'), ('held', 'held'), ('issued', 'issued'), ('redeemed', 'redeemed'), ('voucher_outstanding', 'voucher_outstanding'), ('adjusted', 'adjusted'), ('forfeited', 'forfeited'), ('written_off', 'written_off')], max_length=20)),
                ('amount', models.BigIntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('explanation', models.JSONField(default=dict)),
                ('available_after', models.BigIntegerField()),
                ('pending_after', models.BigIntegerField()),
                ('owed_after', models.BigIntegerField()),
                ('held_after', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField(help_text='When it happened in the world.')),
                ('recorded_at', models.DateTimeField(help_text='When it was written here.')),
                ('effective_at', models.DateTimeField(help_text='When it counts.')),
                ('purchase_id', models.UUIDField(null=True)),
                ('refund_id', models.UUIDField(null=True)),
                ('award_id', models.UUIDField(null=True)),
                ('voucher_id', models.UUIDField(null=True)),
                ('import_batch', models.UUIDField(null=True)),
                ('store_id', models.UUIDField(null=True)),
                ('holder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.holder')),
                ('reverses', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transfer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'db_table_comment': 'append-only',
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'holder', '-recorded_at', '-number'], name='transfer_statement'), models.Index(condition=models.Q(('purchase_id__isnull', False)), fields=['tenant', 'purchase_id'], name='transfer_by_purchase'), models.Index(fields=['tenant', 'recorded_at'], name='transfer_by_time'), models.Index(condition=models.Q(('import_batch__isnull', False)), fields=['tenant', 'import_batch'], name='transfer_by_import')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'holder', 'unit', 'number'), name='transfer_number_unique'), models.UniqueConstraint(condition=models.Q(('kind__in', ['earn', 'earn_pending'])), fields=('tenant', 'award_id'), name='transfer_earns_once'), models.UniqueConstraint(condition=models.Q(('kind', 'reversal')), fields=('tenant', 'award_id', 'refund_id', 'debit'), name='transfer_reverses_once_per_refund'), models.UniqueConstraint(condition=models.Q(('kind', 'voucher_issue')), fields=('tenant', 'voucher_id'), name='transfer_pays_a_voucher_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='transfer_amount_positive'), models.CheckConstraint(condition=models.Q(('debit', models.F('credit')), _negated=True), name='transfer_between_two_accounts')],
            },
        ),
    ]
