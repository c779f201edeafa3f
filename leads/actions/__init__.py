"""Verbs that change people and companies. Everything takes sets; one person is a set of one."""

from leads.actions.companies import edit_company, upsert_companies
from leads.actions.consents import EVERY_TOPIC, ConsentInput, record_consent, refuse_all, refuse_topic
from leads.actions.edit import assign_owner, create_lead, edit_lead
from leads.actions.erasing import Erasure, Gone, at_erasure, erase_lead, erase_leads
from leads.actions.hung import Hung, Joining, at_joining, at_judging, at_preview, hang
from leads.actions.personal import Part, Person, at_personal_export, told_by, withhold
from leads.actions.tags import add_tag, remove_tag, tag_leads
from leads.actions.upsert import Actor, Upserted, upsert_lead, upsert_leads
from leads.entry import EntryRefused, LeadInput, Permission
from leads.merging import Policy, Rules
from leads.refusals import LeadRefused

__all__ = [
    "EVERY_TOPIC",
    "Actor",
    "ConsentInput",
    "EntryRefused",
    "Erasure",
    "Gone",
    "Hung",
    "Joining",
    "LeadInput",
    "LeadRefused",
    "Part",
    "Permission",
    "Person",
    "Policy",
    "Rules",
    "Upserted",
    "add_tag",
    "assign_owner",
    "at_erasure",
    "at_joining",
    "at_judging",
    "at_personal_export",
    "at_preview",
    "create_lead",
    "edit_company",
    "edit_lead",
    "erase_lead",
    "erase_leads",
    "hang",
    "record_consent",
    "refuse_all",
    "refuse_topic",
    "remove_tag",
    "tag_leads",
    "told_by",
    "upsert_companies",
    "upsert_lead",
    "upsert_leads",
    "withhold",
]
