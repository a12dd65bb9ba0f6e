import django.contrib.postgres.fields
import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0001_initial'),
        ('programs', '0002_tiers_and_plans'),
        ('tenancy', '0004_store_limits'),
        ('vouchers', '0002_entry_vouchers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Gathering',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('image', models.CharField(blank=True, max_length=500)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('cancelled', 'Cancelled')], default='draft', max_length=9)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('registers_from', models.DateTimeField(null=True)),
                ('registers_until', models.DateTimeField(null=True)),
                ('capacity', models.PositiveIntegerField(null=True)),
                ('price_unit', models.CharField(blank=True, max_length=12)),
                ('price_amount', models.BigIntegerField(null=True)),
                ('pay_words', models.CharField(blank=True, max_length=300)),
                ('plans', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('tiers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('refund_hours', models.PositiveSmallIntegerField(help_text='Points come back until so many hours before the start; null: never.', null=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancel_reason', models.CharField(blank=True, max_length=300)),
                ('coupon', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vouchers.coupon')),
                ('store', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.store')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'starts_at', 'id'], name='gathering_by_start')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'coupon'), name='gathering_has_its_own_coupon'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='gathering_runs_forward'), models.CheckConstraint(condition=models.Q(models.Q(('price_amount__isnull', True), ('price_unit', '')), models.Q(models.Q(('price_unit', ''), _negated=True), ('price_amount__gt', 0)), _connector='OR'), name='gathering_price_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'cancelled'), _negated=True), ('cancelled_at__isnull', False), _connector='OR'), name='gathering_cancelled_says_when')],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('registered', 'Registered'), ('arrived', 'Arrived'), ('left', 'Left')], max_length=10)),
                ('redemption_id', models.UUIDField(null=True)),
                ('arrivals', models.PositiveSmallIntegerField(default=0, help_text='How often they were checked in.')),
                ('price_unit', models.CharField(blank=True, max_length=12)),
                ('price_amount', models.BigIntegerField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('paid_to', models.CharField(blank=True, max_length=80)),
                ('channel', models.CharField(max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('registered_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=300)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('gathering', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.gathering')),
                ('participation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.participation')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
                ('voucher', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vouchers.voucher')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'gathering', 'status', 'asked_at', 'id'], name='registration_line'), models.Index(fields=['tenant', 'customer', '-asked_at'], name='registration_of_customer')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'left'), _negated=True), fields=('tenant', 'gathering', 'customer'), name='registration_one_a_customer'), models.UniqueConstraint(fields=('tenant', 'voucher'), name='registration_of_voucher'), models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'left']), models.Q(('registered_at__isnull', False), ('voucher__isnull', False)), _connector='OR'), name='registration_with_a_place_has_an_entry'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'arrived'), _negated=True), models.Q(('arrived_at__isnull', False), ('redemption_id__isnull', False)), _connector='OR'), name='registration_arrived_says_how')],
            },
        ),
    ]
