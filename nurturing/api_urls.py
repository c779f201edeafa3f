"""API paths of flows."""

from django.urls import path

from nurturing import api

urlpatterns = [
    path("flows", api.Flows.as_view(), name="flows"),
    path("flows/<str:flow_id>", api.OneFlow.as_view(), name="flow"),
    path("flows/<str:flow_id>/publish", api.Publish.as_view(), name="flow_publish"),
    path("flows/<str:flow_id>/pause", api.Pause.as_view(), name="flow_pause"),
    path("flows/<str:flow_id>/resume", api.Resume.as_view(), name="flow_resume"),
    path("flows/<str:flow_id>/stats", api.Stats.as_view(), name="flow_stats"),
    path("flows/<str:flow_id>/runs", api.Runs.as_view(), name="flow_runs"),
    path("leads/<str:lead_id>/runs", api.LeadRuns.as_view(), name="lead_runs"),
]
