"""Dashboard paths of people and companies."""

from django.urls import path

from leads.views import companies, duplicates, people

app_name = "leads"
urlpatterns = [
    path("leads/", people.index, name="list"),
    path("leads/count", people.count, name="count"),
    path("leads/new", people.new, name="new"),
    path("leads/duplicates/", duplicates.index, name="duplicates"),
    path("leads/duplicates/<str:suggestion_id>/apart", duplicates.apart, name="duplicate_apart"),
    path("leads/duplicates/<str:suggestion_id>/again", duplicates.again, name="duplicate_again"),
    path("leads/<str:lead_id>", people.page, name="page"),
    path("leads/<str:lead_id>/events", people.events, name="events"),
    path("leads/<str:lead_id>/edit", people.edit, name="edit"),
    path("leads/<str:lead_id>/tag", people.tag, name="tag"),
    path("leads/<str:lead_id>/delete", people.erase, name="erase"),
    path("companies/", companies.index, name="companies"),
    path("companies/<str:company_id>", companies.page, name="company"),
    path("companies/<str:company_id>/edit", companies.edit, name="company_edit"),
]
