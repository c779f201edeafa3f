"""Rows that are counted up again and again keep room on their page, so that an update touches no index."""

from django.db import migrations

ROOM = """
    ALTER TABLE tracking_daily SET (fillfactor = 80);
    ALTER TABLE tracking_visitor SET (fillfactor = 80);
    ALTER TABLE tracking_session SET (fillfactor = 70);
"""
FULL = """
    ALTER TABLE tracking_daily RESET (fillfactor);
    ALTER TABLE tracking_visitor RESET (fillfactor);
    ALTER TABLE tracking_session RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_rejudging")]

    operations = [migrations.RunSQL(ROOM, FULL)]
