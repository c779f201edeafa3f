"""How allauth behaves here: nobody signs up by themselves; mails are ours."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """People come by invitation or by the operator's command."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
