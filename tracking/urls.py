"""Pages of tracking: the tag and what it sees."""

from django.urls import path, register_converter

from tracking.browser_urls import BrowserKey
from tracking.views import debug, domains, history, identify, identity, live, networks, pages, setup, traffic, visitor

register_converter(BrowserKey, "browser")
app_name = "tracking"
urlpatterns = [
    path("tracking/setup/", setup.setup, name="setup"),
    path("tracking/domains/", domains.domains, name="domains"),
    path("tracking/domains/check/", domains.check, name="domain_check"),
    path("tracking/domains/remove/", domains.remove, name="domain_remove"),
    path("tracking/settings/", domains.settings, name="settings"),
    path("tracking/debug/", debug.debug, name="debug"),
    path("tracking/pages/", pages.pages, name="pages"),
    path("tracking/visitors/<browser:key>", visitor.visitor, name="visitor"),
    path("tracking/visitor-visits/<browser:key>", history.of_browser, name="visitor_visits"),
    path("tracking/people/<str:person>/visits", history.of_person, name="person_visits"),
    path("tracking/visitor-erase/<browser:key>", visitor.erase, name="visitor_erase"),
    path("tracking/visitor-export/<browser:key>", visitor.export, name="visitor_export"),
    path("tracking/traffic/", traffic.traffic, name="traffic"),
    path("tracking/traffic/passes/", traffic.rejudgements, name="rejudgements"),
    path("tracking/traffic/ask", traffic.ask, name="rejudgement_ask"),
    path("tracking/traffic/<str:rejudgement_id>/run", traffic.run, name="rejudgement_run"),
    path("tracking/live/", live.live, name="live"),
    path("tracking/identity/", identity.conflict_list, name="identity"),
    path("tracking/identity/shared/<browser:key>", identity.shared, name="identity_shared"),
    path("tracking/identity/unshared/<browser:key>", identity.unshared, name="identity_unshared"),
    path("tracking/identity/<str:binding_id>/settle", identity.settle, name="identity_settle"),
    path("tracking/identity/<str:binding_id>/give", identity.give, name="identity_give"),
    path("tracking/identity/<str:binding_id>/undo", identity.undo, name="identity_undo"),
    path("tracking/identify/", identify.page, name="identify"),
    path("tracking/identify/reveal", identify.reveal, name="identify_reveal"),
    path("tracking/identify/check", identify.check, name="identify_check"),
    path("tracking/identify/rotate", identify.rotate, name="identify_rotate"),
    path("tracking/identify/drop", identify.drop, name="identify_drop"),
    path("tracking/networks/", networks.index, name="networks"),
    path("tracking/networks/upload", networks.upload, name="networks_upload"),
    path("tracking/networks/confirm", networks.confirm, name="networks_confirm"),
    path("tracking/networks/new", networks.new, name="networks_new"),
    path("tracking/networks/<str:network_id>/delete", networks.delete, name="network_delete"),
    path("tracking/networks/<str:network_id>/refuse", networks.refuse, name="network_refuse"),
]
