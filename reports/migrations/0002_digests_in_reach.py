"""A digest of visits is within reach while anybody it tells of is, not only who came last.

Of the rows that say who is told of, somebody limited sees those of their own people. In the uppermost room, as what is
replaced here was written there. The policy alone is replaced, without a look at the rows.
"""

from django.db import migrations

# A Reference that alerts get later writes their policy anew, from their columns: this has to be said again after it.
WITHIN = """
    DO $wall$ BEGIN
        EXECUTE (SELECT format($policy$
            ALTER POLICY reach ON lifecycle_alert USING ((%s) AND (
                EXISTS (SELECT FROM leads_lead AS person
                         WHERE person.tenant_id = lifecycle_alert.tenant_id AND person.id = lifecycle_alert.lead_id)
                OR EXISTS (SELECT FROM lifecycle_visittold AS told
                            WHERE told.tenant_id = lifecycle_alert.tenant_id AND told.alert_id = lifecycle_alert.id)))
            $policy$, qual)
                   FROM pg_policies
                  WHERE schemaname = 'public' AND tablename = 'lifecycle_alert' AND policyname = 'web');
    END $wall$
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reach"), ("lifecycle", "0003_visit_alerts")]

    operations = [migrations.RunSQL(WITHIN, migrations.RunSQL.noop)]
