"""Doors of tracking for strangers."""

from django.urls import path

from tracking import public

app_name = "tracking_public"
urlpatterns = [
    path("n/<str:code>", public.notice, name="notice"),
    path("internal/certificate", public.certificate, name="certificate"),
]
