"""Dashboard paths of flows."""

from django.urls import path

from nurturing import views

app_name = "nurturing"
urlpatterns = [
    path("flows/", views.flow_list, name="list"),
    path("flows/new/", views.new_flow, name="new"),
    path("flows/templates/<slug:key>/", views.take_template, name="take_template"),
    path("flows/<str:flow_id>/", views.flow_page, name="flow"),
    path("flows/<str:flow_id>/document/", views.document, name="document"),
    path("flows/<str:flow_id>/runs/", views.runs, name="runs"),
    path("flows/<str:flow_id>/steps/<str:step>/", views.step, name="step"),
    path("flows/<str:flow_id>/publish/", views.publish, name="publish"),
    path("flows/<str:flow_id>/pause/", views.pause, name="pause"),
    path("flows/<str:flow_id>/resume/", views.resume, name="resume"),
]
