import django.db.models.deletion
from django.db import migrations, models

# Two keys become one that says more: the version is one of that programme. Their names differ from database to database.
ONE_KEY = """
DO $$
DECLARE key text;
BEGIN
    FOR key IN
        SELECT conname FROM pg_constraint
        WHERE conrelid = 'programs_award'::regclass AND contype = 'f'
          AND confrelid IN ('programs_program'::regclass, 'programs_ruleversion'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE programs_award DROP CONSTRAINT %I', key);
    END LOOP;
END $$;
ALTER TABLE programs_award ADD CONSTRAINT award_of_programs_version
    FOREIGN KEY (tenant_id, program_id, rule_version_id)
    REFERENCES programs_ruleversion (tenant_id, program_id, id) DEFERRABLE INITIALLY DEFERRED
"""
TWO_KEYS = """
ALTER TABLE programs_award DROP CONSTRAINT award_of_programs_version;
ALTER TABLE programs_award ADD CONSTRAINT award_of_program
    FOREIGN KEY (tenant_id, program_id)
    REFERENCES programs_program (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE programs_award ADD CONSTRAINT award_of_version
    FOREIGN KEY (tenant_id, rule_version_id)
    REFERENCES programs_ruleversion (tenant_id, id) DEFERRABLE INITIALLY DEFERRED
"""


def key_to(target: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=target,
    )


class Migration(migrations.Migration):
    dependencies = [("programs", "0016_registrations_are_reminded")]

    operations = [
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(fields=("tenant", "program", "id"), name="rule_version_of_program"),
        ),
        migrations.RunSQL(
            ONE_KEY,
            TWO_KEYS,
            state_operations=[
                migrations.AlterField("award", "program", key_to("programs.program")),
                migrations.AlterField("award", "rule_version", key_to("programs.ruleversion")),
            ],
        ),
    ]
