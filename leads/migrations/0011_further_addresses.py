"""Further mail addresses: a merge says who stated the address it binds. A column with a default: no rewrite."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0010_sensitive_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="merge",
            name="address_source",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
