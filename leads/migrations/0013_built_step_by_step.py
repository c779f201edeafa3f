"""How far a segment's build is. Columns with a constant default: no rewrite, and nothing to fill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0012_put_by_file"),
    ]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="moved",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="segment",
            name="to_move",
            field=models.IntegerField(default=0),
        ),
    ]
