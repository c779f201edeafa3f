"""Words about stages and deals for the condition language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from conditions import WORDS, Choice, Field, Kind, Phrase, Through
from lifecycle.queries.stages import stage_names

HERE = Through(
    alias="here",
    key="lead.id",
    rows="SELECT here.lead_id FROM lifecycle_position AS here WHERE here.tenant_id = %(tenant_id)s",
)
DEALS = Through(
    alias="sale",
    key="lead.id",
    rows="""SELECT sale.lead_id FROM (
                SELECT person.lead_id, count(*) FILTER (WHERE deal.status = 'open') AS open,
                       count(*) FILTER (WHERE deal.status = 'won') AS won,
                       count(*) FILTER (WHERE deal.status = 'lost') AS lost,
                       sum(deal.amount) FILTER (WHERE deal.status <> 'lost') AS amount
                  FROM lifecycle_deallead AS person
                  JOIN lifecycle_deal AS deal ON deal.tenant_id = person.tenant_id AND deal.id = person.deal_id
                 WHERE person.tenant_id = %(tenant_id)s
                 GROUP BY person.lead_id) AS sale
             WHERE TRUE""",
)
PRODUCTS = Through(
    alias="bought",
    key="lead.id",
    rows="""SELECT bought.lead_id FROM (
                SELECT person.lead_id, product.name
                  FROM lifecycle_deallead AS person
                  JOIN lifecycle_deal AS deal ON deal.tenant_id = person.tenant_id AND deal.id = person.deal_id
                 CROSS JOIN LATERAL jsonb_array_elements_text(deal.products) AS product(name)
                 WHERE person.tenant_id = %(tenant_id)s) AS bought
             WHERE TRUE""",
)


def stage_choices() -> Sequence[Choice]:
    """The workspace's stages in order."""
    return [Choice(key, Phrase(name_en, name_ja)) for key, (name_ja, name_en) in stage_names().items()]


def _count(key: str, sql: str, label: object) -> Field:
    """A number of deals; nobody's deals are no value, so "is not set" asks for people without any."""
    return Field(key, Kind.NUMBER, sql=sql, label=label, through=DEALS)  # type: ignore[arg-type]  # lazy text is text


WORDS.add(
    Field("lead.stage", Kind.RANK, sql="here.stage_key", label=_("Stage"), choices=stage_choices, through=HERE),
    Field("lead.stage_since", Kind.MOMENT, sql="here.since", label=_("In this stage since"), through=HERE),
    Field(
        "lead.days_in_stage",
        Kind.NUMBER,
        sql="floor(extract(epoch FROM %(now)s - here.since) / 86400)::int",
        label=_("Days in this stage"),
        through=HERE,
        ticks="here.since + (floor(extract(epoch FROM %(now)s - here.since) / 86400) + 1) * interval '24 hours'",
    ),
    Field("lead.pass_number", Kind.NUMBER, sql="here.pass_number", label=_("Pass through the funnel"), through=HERE),
    _count("deal.open", "sale.open", _("Open deals")),
    _count("deal.won", "sale.won", _("Won deals")),
    _count("deal.lost", "sale.lost", _("Lost deals")),
    _count("deal.amount", "sale.amount", _("Amount of deals")),
    Field("deal.product", Kind.SET, sql="bought.name", label=_("Products of deals"), through=PRODUCTS),
)
