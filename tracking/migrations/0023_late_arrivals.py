"""What arrived long after it happened is found by when it arrived.

The index is small, but each month is read once for it while its writers wait (two seconds for each million events or
so): the stream keeps what comes meanwhile.
"""

import datetime

import django.db.models.expressions
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0022_told_again"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.expressions.CombinedExpression(
                            models.F("received_at"), "-", models.F("occurred_at")
                        ),
                        datetime.timedelta(seconds=10),
                    ),
                    models.Q(("visitor_id__isnull", False), ("lead_id__isnull", True), _connector="OR"),
                ),
                fields=["tenant", "received_at"],
                name="tracking_event_late",
            ),
        ),
    ]
