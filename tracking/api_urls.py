"""API paths of event names of the workspace's own."""

from django.urls import path

from tracking import api

urlpatterns = [
    path("event-names", api.EventNames.as_view(), name="event_names"),
    path("event-names/<str:name_id>", api.OneEventName.as_view(), name="event_name"),
    path("event-names/<str:name_id>/ignore", api.Ignore.as_view(), name="event_name_ignore"),
    path("event-names/<str:name_id>/bring-back", api.BringBack.as_view(), name="event_name_bring_back"),
]
