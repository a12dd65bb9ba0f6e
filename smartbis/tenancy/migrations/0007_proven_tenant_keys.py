from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0006_shop_address")]

    operations = [DropProvenTenantKeys()]
