from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_session_proof")]

    operations = [DropProvenTenantKeys()]
