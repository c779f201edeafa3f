"""A workspace that is being given up. A column that may be null: the table is not rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0005_closure_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="closed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
