from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0015_purposes"),
    ]

    operations = [
        migrations.AddField(
            model_name="visitor",
            name="shared_at",
            field=models.DateTimeField(null=True),
        ),
    ]
