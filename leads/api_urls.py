"""API paths of people and companies."""

from django.urls import path

from leads.api import activity, attributes, companies, exclusions, imports, merging, people, segments

urlpatterns = [
    path("leads", people.Leads.as_view(), name="leads"),
    path("leads/upsert", people.UpsertLead.as_view(), name="leads_upsert"),
    path("leads/bulk", people.BulkUpsert.as_view(), name="leads_bulk"),
    path("leads/merge", merging.MergeLeads.as_view(), name="leads_merge"),
    path("leads/<str:lead_id>", people.OneLead.as_view(), name="lead"),
    path("leads/<str:lead_id>/unmerge", merging.UnmergeLead.as_view(), name="lead_unmerge"),
    path("leads/<str:lead_id>/export", people.ExportLead.as_view(), name="lead_export"),
    path("leads/<str:lead_id>/timeline", activity.Timeline.as_view(), name="lead_timeline"),
    path("attributes", attributes.Attributes.as_view(), name="attributes"),
    path("attributes/<str:attribute_id>", attributes.OneAttribute.as_view(), name="attribute"),
    path("companies", companies.Companies.as_view(), name="companies"),
    path("companies/<str:company_id>", companies.OneCompany.as_view(), name="company"),
    path("exclusions", exclusions.Exclusions.as_view(), name="exclusions"),
    path("exclusions/<str:exclusion_id>", exclusions.OneExclusion.as_view(), name="exclusion"),
    path("segments", segments.Segments.as_view(), name="segments"),
    path("segments/preview", segments.PreviewSegment.as_view(), name="segment_preview"),
    path("segments/<str:segment_id>", segments.OneSegment.as_view(), name="segment"),
    path("segments/<str:segment_id>/confirm", segments.ConfirmSegment.as_view(), name="segment_confirm"),
    path("segments/<str:segment_id>/leads", segments.SegmentLeads.as_view(), name="segment_leads"),
    path("segments/<str:segment_id>/explain", segments.ExplainSegment.as_view(), name="segment_explain"),
    path("lists", segments.Lists.as_view(), name="lists"),
    path("lists/<str:segment_id>", segments.OneSegment.as_view(), name="list"),
    path("lists/<str:segment_id>/leads", segments.SegmentLeads.as_view(), name="list_leads"),
    path("tags", companies.Tags.as_view(), name="tags"),
    path("imports", imports.Imports.as_view(), name="imports"),
    path("imports/<str:import_id>", imports.OneImport.as_view(), name="import"),
    path("imports/<str:import_id>/run", imports.RunImport.as_view(), name="import_run"),
    path("imports/<str:import_id>/undo", imports.UndoImport.as_view(), name="import_undo"),
    path("imports/<str:import_id>/errors.csv", imports.ImportErrors.as_view(), name="import_errors"),
    path("touchpoints", activity.Touchpoints.as_view(), name="touchpoints"),
]
