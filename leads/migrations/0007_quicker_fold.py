"""The same letters from ma_fold, four times as fast for a text without katakana: nothing that is stored changes."""

from django.db import migrations

from conditions import CREATE_FOLD


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0006_who_undid'),
    ]

    operations = [migrations.RunSQL(CREATE_FOLD, migrations.RunSQL.noop)]
