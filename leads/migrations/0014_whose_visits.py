"""How often people came and from where, by visits that are theirs. Columns with constant defaults: no rewrite.

Nothing is filled in here: the consumer `leads_visits` is new and reads the log from its beginning.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0013_built_step_by_step"),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="visits",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="lead",
            name="touch_first",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="touch_last",
            field=models.JSONField(null=True),
        ),
    ]
