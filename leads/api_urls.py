"""API paths of people and companies."""

from django.urls import path

from leads.api import activity, companies, people

urlpatterns = [
    path("leads", people.Leads.as_view(), name="leads"),
    path("leads/upsert", people.UpsertLead.as_view(), name="leads_upsert"),
    path("leads/bulk", people.BulkUpsert.as_view(), name="leads_bulk"),
    path("leads/<str:lead_id>", people.OneLead.as_view(), name="lead"),
    path("leads/<str:lead_id>/timeline", activity.Timeline.as_view(), name="lead_timeline"),
    path("companies", companies.Companies.as_view(), name="companies"),
    path("companies/<str:company_id>", companies.OneCompany.as_view(), name="company"),
    path("tags", companies.Tags.as_view(), name="tags"),
    path("touchpoints", activity.Touchpoints.as_view(), name="touchpoints"),
]
