"""When each own name was seen, from the counts by day; one that no person sent is taken as seen until today."""

from django.db import migrations

TABLES = ("tracking_customname", "tracking_daily")
BARE = "".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;" for table in TABLES)
WALLED = "".join(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in TABLES)
# One statement: a row that is changed twice would have its keys checked at the end, and the table could not be altered.
FILL = """
    UPDATE tracking_customname AS own SET first_at = seen.first_at, last_at = coalesce(seen.last_at, now())
      FROM tracking_customname AS name
      LEFT JOIN (SELECT tenant_id, name, min(first_at) AS first_at, max(last_at) AS last_at
                   FROM tracking_daily WHERE name >= 1000 GROUP BY 1, 2) AS seen
             ON seen.tenant_id = name.tenant_id AND seen.name = name.number
     WHERE own.id = name.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0018_set_aside"),
    ]

    operations = [migrations.RunSQL(BARE + FILL + WALLED, migrations.RunSQL.noop)]
