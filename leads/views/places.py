"""A place in a list that no list has is a missing page."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpResponse
from rest_framework.exceptions import ValidationError

from leads.queries import BadCursor
from tracking.queries import BadPosition

View = Callable[..., HttpResponse]


def placed(view: View) -> View:
    """Answer 404 where the address carries a forged cursor."""

    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except (BadCursor, BadPosition, ValidationError) as forged:
            raise Http404 from forged

    return guarded
