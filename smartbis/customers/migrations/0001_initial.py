import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('active', 'Active'), ('erased', 'Erased')], default='active', max_length=10)),
                ('locale', models.CharField(blank=True, max_length=10)),
                ('birthday_sealed', models.BinaryField(null=True)),
                ('birthday_blind', models.BinaryField(null=True)),
                ('channel', models.CharField(max_length=20)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.UUIDField(null=True)),
                ('enrolled_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(null=True)),
                ('store', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.store')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', '-enrolled_at', '-id'], name='customers_newest'), models.Index(condition=models.Q(('birthday_blind__isnull', False)), fields=['tenant', 'birthday_blind'], name='customers_birthday')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'erased'), _negated=True), models.Q(('birthday_blind__isnull', True), ('birthday_sealed__isnull', True), ('erased_at__isnull', False), ('name', '')), _connector='OR'), name='customers_erased_is_wiped')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('category', models.CharField(choices=[('utility', 'Utility'), ('marketing', 'Marketing')], max_length=10)),
                ('granted', models.BooleanField()),
                ('basis', models.CharField(max_length=40)),
                ('text_version', models.CharField(blank=True, max_length=40)),
                ('channel', models.CharField(max_length=20)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.UUIDField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('store', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.store')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
            ],
            options={
                'db_table_comment': 'append-only',
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'customer', 'category', '-recorded_at', '-id'], name='customers_consent_newest')],
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'Email'), ('cpf', 'Cpf'), ('external_id', 'External Id'), ('whatsapp', 'Whatsapp'), ('bsuid', 'Bsuid')], max_length=12)),
                ('sealed', models.BinaryField()),
                ('blind', models.BinaryField()),
                ('tail', models.CharField(blank=True, max_length=80)),
                ('added_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'kind', 'blind'), name='customers_identity_once'), models.UniqueConstraint(fields=('tenant', 'customer', 'kind'), name='customers_identity_one_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('plan', 'Plan'), ('tier', 'Tier'), ('segment', 'Segment'), ('community', 'Community'), ('tag', 'Tag')], max_length=10)),
                ('key', models.CharField(max_length=60)),
                ('valid_from', models.DateTimeField()),
                ('valid_until', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'kind', 'key'], name='customers_membership_key')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'customer', 'kind', 'key'), name='customers_membership_once'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='customers_membership_period')],
            },
        ),
        migrations.CreateModel(
            name='NameToken',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token', models.CharField(db_collation='C', max_length=40)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'customer'], name='customers_token_customer')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'token', 'customer'), name='customers_token_once')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('blind', models.BinaryField()),
                ('category', models.CharField(choices=[('utility', 'Utility'), ('marketing', 'Marketing')], max_length=10)),
                ('reason', models.CharField(max_length=20)),
                ('suppressed_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'blind', 'category'), name='customers_suppression_once')],
            },
        ),
    ]
