"""What can be wrong with a score model document, in words people read; kept apart so that the rules stay pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

NOT_OBJECT = _("expected an object")
NOT_LIST = _("expected a list")
NOT_TEXT = _("expected a text of 1 to %(most)s characters")
NOT_KEY = _("expected a key: small letters, digits and _, starting with a letter, at most 40 characters")
NOT_WHOLE = _("expected a whole number from %(low)s to %(high)s")
NOT_CHOICE = _("expected one of: %(choices)s")
MISSING = _("this part is missing")
UNKNOWN = _("there is no such part; known here: %(known)s")
TWICE = _("this key is used twice")
TOO_MANY = _("at most %(most)s are allowed")
NO_GROUP = _("there is no group with this key under /engagement/groups")
NO_CELL = _("the matrix has no such cell")
BANDS_FALL = _("bounds fall from the best band to the last, and the last is 0")
LEAVE_ABOVE = _("`leave` lies below `enter`")
NOT_BUILT = _("%(what)s is not available yet")
NOT_KNOWN_EVENT = _("there is no event with this name")
NOT_KNOWN_SEGMENT = _("there is no segment “%(segment)s”")
COLLEAGUES = _("a rule cannot ask about colleagues or the company's score")
NOTHING_HOT = _("name at least one way to become hot")
