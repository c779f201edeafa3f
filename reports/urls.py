"""Doors of the pages that look at everything."""

from __future__ import annotations

from django.urls import path

from reports import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
]
