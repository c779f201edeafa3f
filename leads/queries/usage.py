"""How many people and how much of the disk a workspace uses, for quotas."""

from __future__ import annotations

from django.db.models import Sum

from leads.models import Attachment, Export, Import, Lead


def people() -> int:
    """Those who stand for themselves."""
    return Lead.objects.filter(merged_into=None).count()


def file_bytes() -> int:
    """Files beside people, files to import and files that were made."""
    kept = (
        Attachment.objects.all(),
        Import.objects.exclude(path=""),
        Export.objects.exclude(path=""),
    )
    return sum(int(files.aggregate(sum=Sum("bytes"))["sum"] or 0) for files in kept)
