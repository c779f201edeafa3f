"""Fewer indexes to write for each message, and lists by state that read no more than a page.

Writers of mailing_message wait while its index is built: seconds for a million messages.
"""

import django.db.models.deletion
import ma_platform.tenancy.orm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0002_people'),
        ('mailing', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='message',
            name='mailing_notice_once',
        ),
        migrations.RemoveIndex(
            model_name='message',
            name='mailing_message_email',
        ),
        migrations.AlterField(
            model_name='emailversion',
            name='email',
            field=ma_platform.tenancy.orm.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='mailing.email'),
        ),
        migrations.AlterField(
            model_name='message',
            name='email',
            field=ma_platform.tenancy.orm.TenantForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='mailing.email'),
        ),
        migrations.AlterField(
            model_name='message',
            name='email_version',
            field=ma_platform.tenancy.orm.TenantForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mailing.emailversion'),
        ),
        migrations.AlterField(
            model_name='message',
            name='lead',
            field=ma_platform.tenancy.orm.TenantForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='leads.lead'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(models.F('tenant'), models.F('email'), models.F('state'), models.F('id'), name='mailing_message_by_state'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('email__isnull', True)), fields=('tenant', 'send_key'), name='mailing_notice_once'),
        ),
    ]
