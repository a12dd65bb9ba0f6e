from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_segments")]

    operations = [DropProvenTenantKeys()]
