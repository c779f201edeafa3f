"""Doors for strangers."""

from django.urls import path

from capture import public

app_name = "capture_public"
urlpatterns = [
    path("f/<str:form_id>.js", public.script, name="script"),
    path("f/<str:form_id>.json", public.definition, name="definition"),
    path("f/<str:form_id>", public.hosted_form, name="form"),
    path("d/<str:token>", public.download, name="download"),
]
