"""What bindings made before `took` did, and which events named their person. One pass over the log, once."""

from django.db import migrations

TABLES = ("tracking_binding", "tracking_visitor", "tracking_event")
BARE = "".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;" for table in TABLES)
WALLED = "".join(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in TABLES)
FILL = """
    UPDATE tracking_binding AS binding
       SET took = NOT binding.conflict OR binding.source IN ('identify', 'form'), past = NOT visitor.shared
      FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = binding.tenant_id AND visitor.id = binding.visitor_id;
    UPDATE tracking_visitor AS visitor SET turned_at = turns.last
      FROM (SELECT tenant_id, visitor_id, max(since) AS last FROM tracking_binding
             WHERE took AND undone_at IS NULL
             GROUP BY 1, 2 HAVING count(*) > 1 OR NOT bool_or(past)) AS turns
     WHERE visitor.tenant_id = turns.tenant_id AND visitor.id = turns.visitor_id;
    UPDATE tracking_event SET stated = true
     WHERE lead_id IS NOT NULL AND visitor_id IS NOT NULL AND name BETWEEN 7 AND 46 AND name <> 42;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0006_room_for_updates'),
    ]

    operations = [migrations.RunSQL(BARE + FILL + WALLED, migrations.RunSQL.noop)]
