"""Pages of scoring."""

from django.urls import path

from scoring.views import model, visitors

app_name = "scoring"
urlpatterns = [
    path("scoring/", model.model, name="model"),
    path("scoring/status/", model.status, name="status"),
    path("scoring/edit/", model.edit, name="edit"),
    path("scoring/review/", model.review, name="review"),
    path("scoring/publish/", model.publish_draft, name="publish"),
    path("scoring/rollback/", model.roll_back, name="rollback"),
    path("visitors/", visitors.visitors, name="visitors"),
    path("visitors/companies/", visitors.companies, name="visitor_companies"),
]
