"""The secret before the last change, and until when it is believed. Constant defaults: no rewrite."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0003_session_generation'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspacesettings',
            name='identify_secret_old',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='workspacesettings',
            name='identify_secret_old_until',
            field=models.DateTimeField(null=True),
        ),
    ]
