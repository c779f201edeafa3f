"""Those who see a part of the people get their walls, on every table there is. In the uppermost room: after all others.

Policies and rights alone; no row is read or written, and each table is locked for a moment.
"""

from django.db import migrations

from ma_platform.tenancy.walls import Reach


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("tenancy", "0007_reach"),
        ("audit", "0003_append_only"),
        ("api", "0001_initial"),
        ("tracking", "0016_when_marked_as_shared"),
        ("leads", "0009_who_named_them"),
        ("scoring", "0002_visitors"),
        ("mailing", "0003_mailbox_as_it_is"),
        ("lifecycle", "0003_visit_alerts"),
        ("capture", "0002_indexes_for_long_lists"),
        ("nurturing", "0002_runs_that_are_over"),
    ]

    operations = [Reach()]
