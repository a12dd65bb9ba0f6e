from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_template_status_at")]

    operations = [DropProvenTenantKeys()]
