"""Flows one can take as they are: documents with their mails, written for Japanese B2B. Pure.

A new one is a file in this folder and a line below.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nurturing.ready_made import document_request, exhibition
from nurturing.ready_made.contract import ReadyMade

READY_MADE: Mapping[str, ReadyMade] = MappingProxyType(
    {each.key: each for each in (document_request.READY_MADE, exhibition.READY_MADE)}
)
