"""How far the log was read and the stream drained is for workers to say: web processes look at it for the lag, no more.

They were granted reading alone in 0002, but tables are born with the rights of `ALTER DEFAULT PRIVILEGES`.
"""

from django.db import migrations

WORKERS_ALONE = "REVOKE INSERT, UPDATE, DELETE ON tracking_consumer, tracking_streamoffset FROM ma_web, ma_reach"


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0020_own_event_names_by_day"),
    ]

    operations = [
        migrations.RunSQL(WORKERS_ALONE, migrations.RunSQL.noop),
    ]
