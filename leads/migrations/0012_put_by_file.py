"""Who is on a list by a file says by which one. A column that may be null: no rewrite, and rows that a merge remembered
without it are still put back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0011_further_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="segmentoverride",
            name="source",
            field=models.TextField(null=True),
        ),
    ]
