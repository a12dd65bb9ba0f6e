from django.db import migrations

from smartbis.tenancy.backend.operations import DropProvenTenantKeys


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_wake_ups_name_their_worker")]

    operations = [DropProvenTenantKeys()]
