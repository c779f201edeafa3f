"""Lines written before they were to name nobody: what was searched for, and the keys of browsers, are taken out.

The owner stands behind the wall like everybody (FORCE); it is let through for this one statement, in its transaction.
The log of a young installation is short: one pass, no batches. Nothing can be put back.
"""

from django.db import migrations

TAKE_OUT = """
    ALTER TABLE audit_auditentry NO FORCE ROW LEVEL SECURITY;
    UPDATE audit_auditentry SET facts = facts - 'selection' - 'browser' WHERE facts ?| ARRAY['selection', 'browser'];
    ALTER TABLE audit_auditentry FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(TAKE_OUT, migrations.RunSQL.noop),
    ]
