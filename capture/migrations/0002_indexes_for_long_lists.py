"""Lists of answers over all forms, and the quarantine of one, without reading every answer there is.

Writers of capture_submission wait while the two indexes are built: seconds for a million answers.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('capture', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['tenant', '-submitted_at', '-id'], name='capture_submission_newest'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('verdict', 'suspicious')), fields=['tenant', 'form', '-submitted_at', '-id'], name='capture_submission_held'),
        ),
    ]
