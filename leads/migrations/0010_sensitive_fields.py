import django.db.models.deletion
import ma_platform.tenancy.walls
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0009_who_named_them'),
    ]

    operations = [
        migrations.CreateModel(
            name='SensitiveField',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word', models.TextField()),
                ('marked_at', models.DateTimeField()),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'word'), name='leads_sensitivefield_once')],
            },
        ),
        ma_platform.tenancy.walls.Wall(
            name='SensitiveField',
        ),
    ]
