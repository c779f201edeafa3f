"""Pages of tracking: the tag and what it sees."""

from django.urls import path

from tracking import views

app_name = "tracking"
urlpatterns = [
    path("tracking/setup/", views.setup, name="setup"),
    path("tracking/live/", views.live, name="live"),
]
