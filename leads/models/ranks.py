"""What a workspace decided about job titles that the rules do not understand."""

from django.db import models

from ma_platform.tenancy.orm import TenantModel


class TitleRank(TenantModel):
    """The rank members gave a title; `key` is the title folded. rank null: looked at, and no rank."""

    key = models.TextField(db_collation="C")
    title = models.TextField()
    rank = models.SmallIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="leads_titlerank_once")]

    def __str__(self) -> str:
        return self.title
