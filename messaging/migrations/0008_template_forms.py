from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0007_header_files'),
    ]

    operations = [
        migrations.AddField(
            model_name='template',
            name='form',
            field=models.CharField(blank=True, default='', max_length=8),
        ),
    ]
