from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("purchases", "0002_rule_sets")]

    operations = [DropProvenTenantKeys()]
