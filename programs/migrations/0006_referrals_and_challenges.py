import django.contrib.postgres.fields
import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_merging'),
        ('programs', '0005_adjustments'),
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('reward_words', models.CharField(blank=True, max_length=120)),
                ('goal', models.CharField(choices=[('purchases', 'Purchases'), ('spend', 'Spend'), ('stores', 'Stores'), ('category', 'Category'), ('events', 'Events')], max_length=10)),
                ('number', models.BigIntegerField(help_text='How many, or minor units for `spend`.')),
                ('category', models.CharField(blank=True, max_length=100)),
                ('starts_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('days', models.PositiveSmallIntegerField(null=True)),
                ('opt_in', models.BooleanField(default=False)),
                ('times', models.PositiveSmallIntegerField(default=1)),
                ('wait_days', models.PositiveSmallIntegerField(default=0)),
                ('status', models.CharField(choices=[('live', 'Live'), ('ended', 'Ended')], default='live', max_length=5)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'key'), name='challenge_key_unique'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('times__gte', 1)), name='challenge_numbers'), models.CheckConstraint(condition=models.Q(models.Q(('days__isnull', False), ('ends_at__isnull', True), ('starts_at__isnull', True)), models.Q(('days__isnull', True), ('ends_at__gt', models.F('starts_at')), ('starts_at__isnull', False)), _connector='OR'), name='challenge_has_one_period'), models.CheckConstraint(condition=models.Q(models.Q(('goal', 'category'), _negated=True), models.Q(('category', ''), _negated=True), _connector='OR'), name='challenge_names_its_category')],
            },
        ),
        migrations.CreateModel(
            name='ChallengeTaker',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('joined_at', models.DateTimeField()),
                ('total', models.BigIntegerField(default=0)),
                ('done', models.PositiveSmallIntegerField(default=0)),
                ('reached_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('judged_at', models.DateTimeField()),
                ('challenge', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.challenge')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'customer'], name='challenge_of_customer'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['tenant', 'due_at'], name='challenge_due')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'challenge', 'customer'), name='challenge_taker_once')],
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('settling', 'Settling'), ('held', 'Held'), ('settled', 'Settled'), ('refused', 'Refused')], max_length=8)),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('channel', models.CharField(max_length=10)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.UUIDField(null=True)),
                ('bound_at', models.DateTimeField()),
                ('bought_at', models.DateTimeField(help_text='When the purchase happened that counts.', null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=80)),
                ('friend', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('participation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.participation')),
                ('referrer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'referrer', 'status', 'settled_at'], name='referral_of_referrer'), models.Index(fields=['tenant', '-bound_at', '-id'], name='referral_newest'), models.Index(condition=models.Q(('status', 'settling')), fields=['tenant', 'due_at'], name='referral_due')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'friend'), name='referral_of_friend_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'settled'), _negated=True), models.Q(('participation__isnull', False), ('settled_at__isnull', False)), _connector='OR'), name='referral_settled_says_when')],
            },
        ),
        migrations.CreateModel(
            name='ReferralTerms',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('is_live', models.BooleanField(default=False)),
                ('minimum_minor', models.BigIntegerField(default=0, help_text="What the friend's first purchase comes to at least.")),
                ('wait_days', models.PositiveSmallIntegerField(default=0, help_text='A refund within them takes the purchase away.')),
                ('month_cap', models.PositiveIntegerField(null=True)),
                ('life_cap', models.PositiveIntegerField(null=True)),
                ('rewards_friend', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant',), name='referral_terms_one_a_brand'), models.CheckConstraint(condition=models.Q(('minimum_minor__gte', 0)), name='referral_minimum_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Referrer',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=12)),
                ('created_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'customer'), name='referrer_once'), models.UniqueConstraint(fields=('tenant', 'code'), name='referrer_code_unique')],
            },
        ),
    ]
