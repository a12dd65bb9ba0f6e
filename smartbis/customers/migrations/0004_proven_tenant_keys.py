from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_merge_proposals")]

    operations = [DropProvenTenantKeys()]
