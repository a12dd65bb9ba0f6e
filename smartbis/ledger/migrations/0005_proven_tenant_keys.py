from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_aged_liability")]

    operations = [DropProvenTenantKeys()]
