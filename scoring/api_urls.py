"""API paths of scores and score models."""

from django.urls import path

from scoring import api

urlpatterns = [
    path("leads/<str:lead_id>/score", api.LeadScoreView.as_view(), name="lead_score"),
    path("scoring/models", api.Models.as_view(), name="scoring_models"),
    path("scoring/models/<str:key>", api.OneModel.as_view(), name="scoring_model"),
    path("scoring/models/<str:key>/publish", api.Publish.as_view(), name="scoring_publish"),
    path("scoring/models/<str:key>/rollback", api.Rollback.as_view(), name="scoring_rollback"),
    path("scoring/models/<str:key>/status", api.Status.as_view(), name="scoring_status"),
]
