"""Names there are already count as seen until today; when their first event was, nobody has noted."""

from django.db import migrations

# The names alone (a few hundred a workspace): the counts by day would be locked for as long as they are read.
FILL = """
    ALTER TABLE tracking_customname NO FORCE ROW LEVEL SECURITY;
    UPDATE tracking_customname SET last_at = now() WHERE last_at IS NULL AND added_at IS NULL;
    ALTER TABLE tracking_customname FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0018_set_aside"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
