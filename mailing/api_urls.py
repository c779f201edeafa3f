"""API paths of mails."""

from django.urls import path

from mailing import api

urlpatterns = [
    path("emails", api.Emails.as_view(), name="emails"),
    path("emails/<str:email_id>", api.OneEmail.as_view(), name="email"),
    path("emails/<str:email_id>/preview", api.EmailPreview.as_view(), name="email_preview"),
    path("emails/<str:email_id>/lint", api.EmailLint.as_view(), name="email_lint"),
    path("emails/<str:email_id>/test", api.EmailTest.as_view(), name="email_test"),
]
