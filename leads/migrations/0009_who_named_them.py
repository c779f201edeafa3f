from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0008_left_out'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadidentifier',
            name='added_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='leadidentifier',
            name='source',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
