"""Words about scores for the condition language."""

from django.utils.translation import gettext_lazy as _

from conditions import VISITOR_WORDS, WORDS, Field, Kind, Through

SCORE = Through(
    alias="standing",
    key="lead.id",
    rows="""SELECT standing.lead_id FROM scoring_score AS standing
              JOIN scoring_model AS ranking ON ranking.tenant_id = standing.tenant_id AND ranking.id = standing.model_id
             WHERE standing.tenant_id = %(tenant_id)s AND ranking.key = 'default'""",
)
# The company's score is the highest among its people: who is excluded, or stands aside, is not one of them.
COMPANY_SCORE = Through(
    alias="best",
    key="lead.company_id",
    rows="""SELECT best.company_id FROM (
                SELECT one.company_id, max(standing.total) AS total FROM leads_lead AS one
                  JOIN scoring_score AS standing ON standing.tenant_id = %(tenant_id)s AND standing.lead_id = one.id
                  JOIN scoring_model AS ranking
                    ON ranking.tenant_id = %(tenant_id)s AND ranking.id = standing.model_id AND ranking.key = 'default'
                 WHERE one.tenant_id = %(tenant_id)s AND one.company_id IS NOT NULL AND one.merged_into_id IS NULL
                   AND standing.total IS NOT NULL
                 GROUP BY one.company_id) AS best
             WHERE TRUE""",
)

WORDS.add(
    Field("score.total", Kind.NUMBER, sql="standing.total", label=_("Score"), through=SCORE),
    Field("score.fit", Kind.NUMBER, sql="standing.fit", label=_("Fit"), through=SCORE),
    Field("score.engagement", Kind.NUMBER, sql="standing.engagement", label=_("Engagement"), through=SCORE),
    Field("score.cell", Kind.FOLDED, sql="standing.cell", label=_("Cell of the matrix"), through=SCORE),
    Field("score.hot", Kind.BOOLEAN, sql="standing.hot", label=_("Hot"), through=SCORE),
    Field("score.hot_since", Kind.MOMENT, sql="standing.hot_since", label=_("Hot since"), through=SCORE),
    Field("company.score", Kind.NUMBER, sql="best.total", label=_("Company's score"), through=COMPANY_SCORE),
    Field("score.excluded", Kind.FOLDED, sql="standing.excluded", label=_("Excluded because"), through=SCORE),
)
VISITOR_WORDS.add(
    Field(
        "visitor.points",
        Kind.NUMBER,
        sql="""(CASE WHEN visitor.lead_id IS NULL THEN coalesce((
            SELECT standing.points FROM scoring_visitorscore AS standing
              JOIN scoring_model AS ranking
                ON ranking.tenant_id = standing.tenant_id AND ranking.id = standing.model_id
               AND ranking.published_version = standing.version
             WHERE standing.tenant_id = %(tenant_id)s AND standing.visitor_id = visitor.id
               AND ranking.key = 'default'), 0) END)""",
        label=_("Points an unknown visitor would have"),
    )
)
