"""Everybody of the demo workspace can sign in, so that one can look at the product as sales does."""

import pytest
from django.test import Client

from ma_platform.demo.team import COLLEAGUES, make_team
from ma_platform.run import DEMO_OTHERS, DEMO_PASSWORD
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", [address for address, _, _ in COLLEAGUES])
def test_a_colleague_signs_in_with_the_demo_password(email):
    make_team("demo@example.com", DEMO_PASSWORD, now=NOW)
    client = Client()

    answer = client.post("/accounts/login/", {"login": email, "password": DEMO_PASSWORD}, follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain == [("/", 302)]
    assert "みらい製作所" in answer.content.decode()


def test_the_console_names_colleagues_that_exist():
    assert set(DEMO_OTHERS) <= {address for address, _, _ in COLLEAGUES}
