"""Pages of lifecycle: stages, alerts, deals."""

from django.urls import path

from lifecycle import views

app_name = "lifecycle"
urlpatterns = [
    path("lifecycle/", views.stages.overview, name="stages"),
    path("lifecycle/leads/<str:lead_id>/move/", views.stages.move, name="move"),
    path("alerts/", views.alerts.inbox, name="alerts"),
    path("alerts/read/", views.alerts.read_all, name="read_all"),
    path("alerts/<str:alert_id>/", views.alerts.one, name="alert"),
    path("alerts/<str:alert_id>/read/", views.alerts.read, name="read"),
    path("deals/", views.deals.deals, name="deals"),
    path("deals/new/", views.deals.new, name="new_deal"),
    path("deals/<str:deal_id>/", views.deals.deal, name="deal"),
    path("deals/<str:deal_id>/close/", views.deals.close, name="close_deal"),
]
