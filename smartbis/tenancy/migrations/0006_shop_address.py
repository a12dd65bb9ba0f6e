from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0005_shortfall_negative'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='shop_url',
            field=models.CharField(blank=True, max_length=300),
        ),
    ]
