"""How often an own event name happened lately is read from an index of its own, built without stopping writers."""

import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tracking", "0019_own_event_names_seen"),
    ]

    operations = [
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name="daily",
            index=models.Index(
                condition=models.Q(("name__gte", 1000)),
                fields=["tenant", "name", "day"],
                name="tracking_daily_own_name",
            ),
        ),
    ]
