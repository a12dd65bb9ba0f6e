from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("vouchers", "0008_issuance_position")]

    operations = [DropProvenTenantKeys()]
