"""Errors a caller may handle: a code and facts, never prose. Edges turn them into a page or an API answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Something the product refuses to do. Subclasses set `code`, `message` and, rarely, `status`."""

    code = "refused"
    status = 422
    message = _("This cannot be done.")

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message) % self.facts


class Refused(DomainError):
    """A document, or a part of it, is not acceptable: `path` points at the bad part (`/steps/s3/timeout`)."""

    code = "invalid_document"
    message = _("%(path)s: %(reason)s")

    def __init__(self, *, path: str, reason: object) -> None:
        super().__init__(path=path or "/", reason=reason)
        self.path = path or "/"
        self.reason = reason

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is wrong by path; a document reader that finds several problems names them all."""
        return {self.path: [str(self.reason)]}


class NotFound(DomainError):
    """There is no such thing here: also the answer for a thing of somebody else."""

    code = "not_found"
    status = 404
    message = _("There is no such %(kind)s.")
