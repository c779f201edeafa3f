"""The tables of leads: people, their companies, and everything kept about them."""

from leads.models.attributes import SHAPES, Attribute, SensitiveField
from leads.models.companies import (
    Company,
    CompanyAlias,
    CompanyHistory,
    CompanyJoin,
    CompanySuggestion,
    Exclusion,
    LeftOut,
)
from leads.models.consents import Consent
from leads.models.diary import Attachment, Note, Todo
from leads.models.doubles import Merge, MergedRow, Suggestion
from leads.models.lists import BulkItem, BulkJob, SavedView
from leads.models.people import FieldHistory, IdentityHint, Lead, LeadIdentifier, LeadTag, Tag
from leads.models.ranks import TitleRank
from leads.models.segments import Segment, SegmentChange, SegmentDay, SegmentMember, SegmentMoment, SegmentOverride
from leads.models.transfers import Export, Import, ImportedRow, ImportProfile

__all__ = [
    "SHAPES",
    "Attachment",
    "Attribute",
    "BulkItem",
    "BulkJob",
    "Company",
    "CompanyAlias",
    "CompanyHistory",
    "CompanyJoin",
    "CompanySuggestion",
    "Consent",
    "Exclusion",
    "Export",
    "FieldHistory",
    "IdentityHint",
    "Import",
    "ImportProfile",
    "ImportedRow",
    "Lead",
    "LeadIdentifier",
    "LeadTag",
    "LeftOut",
    "Merge",
    "MergedRow",
    "Note",
    "SavedView",
    "Segment",
    "SegmentChange",
    "SegmentDay",
    "SegmentMember",
    "SegmentMoment",
    "SegmentOverride",
    "SensitiveField",
    "Suggestion",
    "Tag",
    "TitleRank",
    "Todo",
]
