"""Lines that were set aside have a kind and can be put back; the nightly work remembers more of how far it is.

Both columns of `tracking_rejected` with values of their own rewrite the table, which holds only lines at fault.
"""

import django.contrib.postgres.functions
import django.db.models.functions.comparison
import django.db.models.functions.text
import ma_platform.tenancy.orm
from django.db import migrations, models

# What is kept for 30 days from now on (and would go within a minute) is not written anew first.
PAST_THEIR_DAYS = """
    ALTER TABLE tracking_rejected NO FORCE ROW LEVEL SECURITY;
    DELETE FROM tracking_rejected WHERE at < now() - interval '30 days';
    ALTER TABLE tracking_rejected FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0017_own_event_names"),
    ]

    operations = [
        migrations.RunSQL(PAST_THEIR_DAYS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="rejected",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="rejected",
            name="kind",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(models.Q(("reason__contains", "event name")), then=models.Value("names")),
                    models.When(
                        models.Q(
                            ("reason__startswith", "no month of the log"),
                            ("reason__startswith", "occurred_at:"),
                            ("reason__startswith", "received_at:"),
                            _connector="OR",
                        ),
                        then=models.Value("time"),
                    ),
                    models.When(
                        models.Q(
                            ("reason__contains", "columns instead of"),
                            ("reason__startswith", "a NUL"),
                            ("reason__startswith", "an escape"),
                            ("reason__startswith", "not UTF-8"),
                            _connector="OR",
                        ),
                        then=models.Value("damaged"),
                    ),
                    default=models.Value("value"),
                ),
                output_field=models.CharField(max_length=8),
            ),
        ),
        migrations.AddField(
            model_name="rejected",
            name="public_id",
            field=ma_platform.tenancy.orm.PublicIdField(
                db_default=django.db.models.functions.text.Concat(
                    models.Value("line_"),
                    django.db.models.functions.text.Replace(
                        django.db.models.functions.comparison.Cast(
                            django.contrib.postgres.functions.RandomUUID(), models.TextField()
                        ),
                        models.Value("-"),
                        models.Value(""),
                        output_field=models.TextField(),
                    ),
                    output_field=models.TextField(),
                ),
                prefix="line",
            ),
        ),
        migrations.AddField(
            model_name="rejected",
            name="tried_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="upkeep",
            name="crowded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="upkeep",
            name="crowded_out",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="upkeep",
            name="nobody_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="rejected",
            index=models.Index(fields=["tenant", "at", "id"], name="tracking_rejected_newest"),
        ),
        migrations.AddIndex(
            model_name="rejected",
            index=models.Index(fields=["at"], name="tracking_rejected_oldest"),
        ),
        migrations.AddIndex(
            model_name="rejected",
            index=models.Index(
                condition=models.Q(("asked_at__isnull", False)), fields=["tenant"], name="tracking_rejected_asked"
            ),
        ),
        migrations.AddConstraint(
            model_name="rejected",
            constraint=models.UniqueConstraint(fields=("tenant", "public_id"), name="tracking_rejected_public"),
        ),
    ]
