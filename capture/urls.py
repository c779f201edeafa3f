"""Dashboard paths of forms and files."""

from django.urls import path

from capture.views import answers, forms

app_name = "capture"
urlpatterns = [
    path("forms/", forms.index, name="list"),
    path("forms/new", forms.new, name="new"),
    path("forms/submissions/<str:submission_id>/release", answers.let_in, name="release"),
    path("forms/<str:form_id>", forms.edit, name="edit"),
    path("forms/<str:form_id>/preview", forms.preview, name="preview"),
    path("forms/<str:form_id>/publish", forms.publish, name="publish"),
    path("forms/<str:form_id>/embed", forms.embed, name="embed"),
    path("forms/<str:form_id>/submissions", answers.submissions, name="submissions"),
    path("assets/", answers.assets, name="assets"),
    path("assets/upload", answers.upload, name="upload"),
]
