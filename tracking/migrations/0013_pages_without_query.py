"""A page's address is its key: the query of whoever came first is nobody else's business."""

from django.db import migrations

BARE = "ALTER TABLE tracking_subject NO FORCE ROW LEVEL SECURITY;"
WALLED = "ALTER TABLE tracking_subject FORCE ROW LEVEL SECURITY;"
FORGET = "UPDATE tracking_subject SET url = '' WHERE kind = 'page' AND url <> '';"


class Migration(migrations.Migration):

    dependencies = [("tracking", "0012_people_joined")]

    operations = [migrations.RunSQL(BARE + FORGET + WALLED, migrations.RunSQL.noop)]
