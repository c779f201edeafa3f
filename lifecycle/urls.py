"""Pages of lifecycle: stages, alerts, deals, assignment."""

from django.urls import path

from lifecycle import views

app_name = "lifecycle"
urlpatterns = [
    path("lifecycle/", views.stages.overview, name="stages"),
    path("lifecycle/leads/<str:lead_id>/move/", views.stages.move, name="move"),
    path("alerts/", views.alerts.inbox, name="alerts"),
    path("alerts/read/", views.alerts.read_all, name="read_all"),
    path("alerts/visits/", views.visits.wishes, name="visit_alerts"),
    path("alerts/visits/people/<str:lead_id>/", views.visits.person, name="watch_person"),
    path("alerts/visits/companies/<str:company_id>/", views.visits.company, name="watch_company"),
    path("alerts/<str:alert_id>/", views.alerts.one, name="alert"),
    path("alerts/<str:alert_id>/read/", views.alerts.read, name="read"),
    path("deals/", views.deals.deals, name="deals"),
    path("deals/new/", views.deals.new, name="new_deal"),
    path("deals/<str:deal_id>/", views.deals.deal, name="deal"),
    path("deals/<str:deal_id>/close/", views.deals.close, name="close_deal"),
    path("assignment/", views.assignment.overview, name="assignment"),
    path("assignment/counts/", views.assignment.counts, name="assignment_counts"),
    path("assignment/hours/", views.assignment.hours, name="assignment_hours"),
    path("assignment/rules/new/", views.assignment.new_rule, name="new_rule"),
    path("assignment/rules/<str:rule_id>/", views.assignment.edit_rule, name="rule"),
    path("assignment/rules/<str:rule_id>/move/", views.assignment.move_rule, name="rule_move"),
    path("assignment/rules/<str:rule_id>/switch/", views.assignment.switch_rule, name="rule_switch"),
    path("assignment/rules/<str:rule_id>/delete/", views.assignment.delete_rule, name="rule_delete"),
    path("assignment/teams/new/", views.assignment.new_team, name="new_team"),
    path("assignment/teams/<str:team_id>/", views.assignment.team, name="team"),
    path("assignment/teams/<str:team_id>/seat/", views.assignment.seat, name="team_seat"),
    path("assignment/teams/<str:team_id>/unseat/", views.assignment.unseat, name="team_unseat"),
    path("assignment/teams/<str:team_id>/delete/", views.assignment.delete_team, name="team_delete"),
]
