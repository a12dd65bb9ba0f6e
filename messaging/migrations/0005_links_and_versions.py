import django.db.models.deletion
import smartbis.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_merging'),
        ('messaging', '0004_campaigns'),
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(max_length=32)),
                ('page', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('taps', models.PositiveIntegerField(default=0)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.message')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'customer'], name='messaging_link_of_customer'), models.Index(fields=['tenant', 'expires_at'], name='messaging_link_by_end')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'token_hash'), name='messaging_link_token_unique')],
            },
        ),
        migrations.CreateModel(
            name='TemplateVersion',
            fields=[
                ('id', models.UUIDField(default=smartbis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=10)),
                ('number', models.PositiveSmallIntegerField()),
                ('category', models.CharField(max_length=16)),
                ('header', models.CharField(blank=True, max_length=300)),
                ('body', models.CharField(max_length=4096)),
                ('footer', models.CharField(blank=True, max_length=300)),
                ('buttons', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'key', 'language', 'number'), name='messaging_template_version_number'), models.UniqueConstraint(condition=models.Q(('submitted_at__isnull', True)), fields=('tenant', 'key', 'language'), name='messaging_template_version_one_draft'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='messaging_template_version_from_1')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='tapped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='version',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RemoveConstraint(
            model_name='template',
            name='messaging_template_once',
        ),
        migrations.AddField(
            model_name='template',
            name='version',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.UniqueConstraint(fields=('tenant', 'channel', 'key', 'language', 'version'), name='messaging_template_version_once'),
        ),
    ]
