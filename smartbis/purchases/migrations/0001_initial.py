import django.db.models.deletion
import django.db.models.expressions
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
            name='Purchase',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=100)),
                ('channel', models.CharField(max_length=20)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('confirmed', 'Confirmed'), ('cancelled', 'Cancelled')], max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('voucher_discount_minor', models.BigIntegerField(default=0)),
                ('balance_used_minor', models.BigIntegerField(default=0)),
                ('paid_minor', models.BigIntegerField()),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('content_hash', models.BinaryField()),
                ('operator_kind', models.CharField(blank=True, max_length=10)),
                ('operator_id', models.UUIDField(null=True)),
                ('import_batch', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('store', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.store')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'customer', '-occurred_at', '-id'], name='purchases_by_customer'), models.Index(fields=['tenant', '-occurred_at', '-id'], name='purchases_newest'), models.Index(condition=models.Q(('import_batch__isnull', False), ('undone_at__isnull', True)), fields=['tenant', 'import_batch', 'id'], name='purchases_by_import')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('tenant', 'store', 'external_id'), name='purchases_number_once'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 1), ('amount_minor__lte', 1000000000000)), name='purchases_amount_bounds'), models.CheckConstraint(condition=models.Q(('balance_used_minor__gte', 0), ('paid_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('amount_minor'), '-', models.F('voucher_discount_minor')), '-', models.F('balance_used_minor'))), ('paid_minor__gte', 0), ('voucher_discount_minor__gte', 0)), name='purchases_paid_is_rest'), models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('amount_minor'))), name='purchases_refunded_within')],
            },
        ),
        migrations.CreateModel(
            name='PurchaseItem',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('sku', models.CharField(blank=True, max_length=100)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('category', models.CharField(blank=True, max_length=100)),
                ('quantity', models.BigIntegerField()),
                ('unit_minor', models.BigIntegerField()),
                ('refunded_quantity', models.BigIntegerField(default=0)),
                ('purchase', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='purchases.purchase')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'purchase', 'position'), name='purchases_item_position'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('unit_minor__gte', 0)), name='purchases_item_amounts'), models.CheckConstraint(condition=models.Q(('refunded_quantity__gte', 0), ('refunded_quantity__lte', models.F('quantity'))), name='purchases_item_refunded_within')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=100)),
                ('amount_minor', models.BigIntegerField()),
                ('refunded_after_minor', models.BigIntegerField()),
                ('content_hash', models.BinaryField()),
                ('actor_kind', models.CharField(blank=True, max_length=10)),
                ('actor_id', models.UUIDField(null=True)),
                ('import_batch', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('purchase', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchases.purchase')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', '-occurred_at', '-id'], name='purchases_refunds_newest'), models.Index(condition=models.Q(('import_batch__isnull', False)), fields=['tenant', 'import_batch'], name='purchases_refunds_by_import')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('tenant', 'purchase', 'external_id'), name='purchases_refund_once'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 1), ('refunded_after_minor__gte', models.F('amount_minor'))), name='purchases_refund_amounts')],
            },
        ),
        migrations.CreateModel(
            name='RefundItem',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('quantity', models.BigIntegerField()),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchases.purchaseitem')),
                ('refund', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='purchases.refund')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'refund', 'item'), name='purchases_refund_item_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='purchases_refund_item_quantity')],
            },
        ),
    ]
