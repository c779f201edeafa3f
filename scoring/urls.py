"""Pages of scoring."""

from django.urls import path

from scoring import views

app_name = "scoring"
urlpatterns = [
    path("scoring/", views.model, name="model"),
    path("scoring/status/", views.status, name="status"),
    path("scoring/edit/", views.edit, name="edit"),
    path("scoring/review/", views.review, name="review"),
    path("scoring/publish/", views.publish_draft, name="publish"),
    path("scoring/rollback/", views.roll_back, name="rollback"),
]
