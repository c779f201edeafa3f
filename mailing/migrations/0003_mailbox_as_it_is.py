"""A caught mail is kept as it is: compressing it took longer than catching it."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('mailing', '0002_leaner_message_indexes'),
    ]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE mailing_mailboxentry ALTER COLUMN content SET STORAGE EXTERNAL',
            'ALTER TABLE mailing_mailboxentry ALTER COLUMN content SET STORAGE EXTENDED',
        ),
    ]
