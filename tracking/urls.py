"""Pages of tracking: the tag and what it sees."""

from django.urls import path

from tracking.views import live, setup

app_name = "tracking"
urlpatterns = [
    path("tracking/setup/", setup.setup, name="setup"),
    path("tracking/live/", live.live, name="live"),
]
