"""How many runs of a flow are over and in which way, without reading the runs.

Writers of nurturing_run wait while the index is built: seconds for a million runs.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('nurturing', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['tenant', 'flow', 'state'], name='nurturing_run_over'),
        ),
    ]
