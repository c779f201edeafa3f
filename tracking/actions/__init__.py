"""Verbs that change what happened: recording facts, accepting them from strangers, binding browsers to people."""

from tracking.actions.accept import NotKept, accept_fact
from tracking.actions.aside import NothingSetAside, PutBack, ask_to_put_back, put_asked_back, tidy_set_aside
from tracking.actions.bind import REBOUND, UNBOUND, Binding, Sign, bind_visitor, bind_visitors
from tracking.actions.checking import check_due
from tracking.actions.consume import ConsumerRun, run_consumers
from tracking.actions.drain import Drained, drain, take_in
from tracking.actions.enrich import enrich, enrich_again, enrich_due
from tracking.actions.erase import Forgotten, drop_old_tombstones, erase_people, erase_visitor
from tracking.actions.event_names import (
    BadEventName,
    NoPlaceLeft,
    NoSuchEventName,
    add_event_name,
    bring_back_event_name,
    ignore_event_names,
    label_event_name,
)
from tracking.actions.export import export_visitor
from tracking.actions.forgetting import forget_hits_of_nobody
from tracking.actions.handing import Handed, hand_back, hand_over, survivors
from tracking.actions.months import ensure_partitions
from tracking.actions.networks import (
    Learned,
    NoSuchNetwork,
    Uploaded,
    add_network,
    ask_providers,
    delete_network,
    learn_networks,
    load_providers,
    refuse_network,
    upload_networks,
)
from tracking.actions.record import record, record_many
from tracking.actions.rejudge import (
    NotReady,
    PeriodRefused,
    advance,
    ask_rejudgement,
    judge_due_visits,
    judge_new_hits,
    resume,
    run_rejudgement,
)
from tracking.actions.resting import rest_names
from tracking.actions.retention import clear_due
from tracking.actions.retold import drop_old_retold
from tracking.actions.secret import drop_old_secret, rotate_secret, show_secret
from tracking.actions.served import tell_served_hosts
from tracking.actions.setting import (
    BadHost,
    SettingsEdit,
    SharedHost,
    TooManyDomains,
    add_domain,
    look_again,
    remove_domain,
    save_retention,
    save_settings,
)
from tracking.actions.sharing import Unshared, mark_shared, unmark_shared
from tracking.actions.shorten import shorten_due
from tracking.actions.undoing import (
    BindingGone,
    Undone,
    give_browser,
    settle_conflict,
    unbind,
    undo_binding,
)
from tracking.actions.unsaying import unsay
from tracking.facts import PROOF, TOKEN, Agent, NewFact, SubjectRef
from tracking.networks import Seen
from tracking.sources import visit_source

__all__ = [
    "PROOF",
    "REBOUND",
    "TOKEN",
    "UNBOUND",
    "Agent",
    "BadEventName",
    "BadHost",
    "Binding",
    "BindingGone",
    "ConsumerRun",
    "Drained",
    "Forgotten",
    "Handed",
    "Learned",
    "NewFact",
    "NoPlaceLeft",
    "NoSuchEventName",
    "NoSuchNetwork",
    "NotKept",
    "NotReady",
    "NothingSetAside",
    "PeriodRefused",
    "PutBack",
    "Seen",
    "SettingsEdit",
    "SharedHost",
    "Sign",
    "SubjectRef",
    "TooManyDomains",
    "Undone",
    "Unshared",
    "Uploaded",
    "accept_fact",
    "add_domain",
    "add_event_name",
    "add_network",
    "advance",
    "ask_providers",
    "ask_rejudgement",
    "ask_to_put_back",
    "bind_visitor",
    "bind_visitors",
    "bring_back_event_name",
    "check_due",
    "clear_due",
    "delete_network",
    "drain",
    "drop_old_retold",
    "drop_old_secret",
    "drop_old_tombstones",
    "enrich",
    "enrich_again",
    "enrich_due",
    "ensure_partitions",
    "erase_people",
    "erase_visitor",
    "export_visitor",
    "forget_hits_of_nobody",
    "give_browser",
    "hand_back",
    "hand_over",
    "ignore_event_names",
    "judge_due_visits",
    "judge_new_hits",
    "label_event_name",
    "learn_networks",
    "load_providers",
    "look_again",
    "mark_shared",
    "put_asked_back",
    "record",
    "record_many",
    "refuse_network",
    "remove_domain",
    "rest_names",
    "resume",
    "rotate_secret",
    "run_consumers",
    "run_rejudgement",
    "save_retention",
    "save_settings",
    "settle_conflict",
    "shorten_due",
    "show_secret",
    "survivors",
    "take_in",
    "tell_served_hosts",
    "tidy_set_aside",
    "unbind",
    "undo_binding",
    "unmark_shared",
    "unsay",
    "upload_networks",
    "visit_source",
]
