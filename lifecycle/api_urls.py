"""API paths of stages, deals and visit alerts."""

from django.urls import path

from lifecycle import api

urlpatterns = [
    path("leads/<str:lead_id>/stage", api.LeadStage.as_view(), name="lead_stage"),
    path("stages", api.Stages.as_view(), name="stages"),
    path("deals", api.Deals.as_view(), name="deals"),
    path("deals/<str:deal_id>", api.OneDeal.as_view(), name="deal"),
    path("visit-alerts", api.VisitAlerts.as_view(), name="visit_alerts"),
]
