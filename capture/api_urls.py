"""API paths of forms."""

from django.urls import path

from capture import api

urlpatterns = [
    path("forms", api.Forms.as_view(), name="forms"),
    path("forms/<str:form_id>", api.OneForm.as_view(), name="form"),
    path("submissions", api.Submissions.as_view(), name="submissions"),
    path("submissions/<str:submission_id>", api.OneSubmission.as_view(), name="submission"),
]
