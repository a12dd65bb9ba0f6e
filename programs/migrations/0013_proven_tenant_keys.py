from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("programs", "0012_backtests_list_differences")]

    operations = [DropProvenTenantKeys()]
