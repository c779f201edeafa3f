"""Files of rows, coming in and going out: bytes to cells and cells to bytes, and which column means what.

Pure: it owns encodings, delimiters, sheets, headers and bounds; it refuses to know leads, tables or storage.
"""

from leads.files.bounds import LIMITS, FileRefused, Limits
from leads.files.encodings import detect_encoding
from leads.files.headers import Target, suggest_mapping, unique_headers
from leads.files.profiles import PROFILES, Profile, recognise_profile
from leads.files.reading import Reading, read_rows
from leads.files.sniffing import Preview, preview
from leads.files.writing import FORMATS, OutFormat, RowWriter, open_writer
from ma_platform.defusing import defuse, restore

__all__ = [
    "FORMATS",
    "LIMITS",
    "PROFILES",
    "FileRefused",
    "Limits",
    "OutFormat",
    "Preview",
    "Profile",
    "Reading",
    "RowWriter",
    "Target",
    "defuse",
    "detect_encoding",
    "open_writer",
    "preview",
    "read_rows",
    "recognise_profile",
    "restore",
    "suggest_mapping",
    "unique_headers",
]
