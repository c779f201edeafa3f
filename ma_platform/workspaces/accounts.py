"""How allauth behaves here: nobody signs up by themselves, and links in mails lead to our own address."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from ma_platform.env import ENV


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """People come by invitation or by the operator's command."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On BASE_URL whatever Host the request named: the public doors answer on any, so it proves nothing."""
        path: str = urlsplit(super().get_reset_password_from_key_url(key)).path
        return ENV.base_url + path
