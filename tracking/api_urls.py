"""API paths of event names of the workspace's own, and of lines set aside."""

from django.urls import path

from tracking.api import event_names, set_aside

urlpatterns = [
    path("event-names", event_names.EventNames.as_view(), name="event_names"),
    path("event-names/<str:name_id>", event_names.OneEventName.as_view(), name="event_name"),
    path("event-names/<str:name_id>/ignore", event_names.Ignore.as_view(), name="event_name_ignore"),
    path("event-names/<str:name_id>/bring-back", event_names.BringBack.as_view(), name="event_name_bring_back"),
    path("set-aside", set_aside.Lines.as_view(), name="set_aside"),
    path("set-aside/put-back", set_aside.PutAllBack.as_view(), name="set_aside_all"),
    path("set-aside/<str:line_id>/put-back", set_aside.PutBack.as_view(), name="set_aside_one"),
]
