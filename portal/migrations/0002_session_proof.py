from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='portalsession',
            name='proof',
            field=models.CharField(choices=[('code', 'Code'), ('link', 'Link')], default='code', max_length=4),
        ),
    ]
