"""Verbs that change what happened: recording facts, accepting them from strangers, binding browsers to people."""

from tracking.actions.accept import NotKept, accept_fact
from tracking.actions.bind import Binding, bind_visitor, unbind
from tracking.actions.consume import ConsumerRun, run_consumers
from tracking.actions.drain import Drained, drain
from tracking.actions.months import ensure_partitions
from tracking.actions.record import record, record_many
from tracking.facts import Agent, NewFact, SubjectRef
from tracking.sources import visit_source

__all__ = [
    "Agent",
    "Binding",
    "ConsumerRun",
    "Drained",
    "NewFact",
    "NotKept",
    "SubjectRef",
    "accept_fact",
    "bind_visitor",
    "drain",
    "ensure_partitions",
    "record",
    "record_many",
    "run_consumers",
    "unbind",
    "visit_source",
]
