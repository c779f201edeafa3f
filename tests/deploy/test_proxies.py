"""Behind a proxy the visitor's address is the one that the proxy states, and nobody else can state one."""

import pytest

from ma_platform import env
from ma_platform.wsgi import behind

NETWORKS = ("172.16.0.0/12",)


def seen(proxies: tuple[str, ...], **environ: str) -> tuple[str, str]:
    """Address and scheme that an application behind `proxies` sees."""
    inner = behind(
        proxies, lambda environ, _start: [environ["REMOTE_ADDR"].encode(), environ["wsgi.url_scheme"].encode()]
    )
    address, scheme = inner({"wsgi.url_scheme": "http", **environ}, lambda *_: None)
    return address.decode(), scheme.decode()


def test_the_proxy_is_believed():
    stated = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}

    assert seen(NETWORKS, REMOTE_ADDR="172.18.0.9", **stated) == ("203.0.113.9", "https")


def test_what_the_visitor_adds_is_not_believed():
    forged = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}

    assert seen(NETWORKS, REMOTE_ADDR="172.18.0.9", **forged) == ("203.0.113.9", "https")
    assert seen(NETWORKS, REMOTE_ADDR="203.0.113.9", **forged) == ("203.0.113.9", "http")
    assert seen((), REMOTE_ADDR="127.0.0.1", **forged) == ("127.0.0.1", "http")


def test_a_wrong_network_stops_the_start_and_names_the_variable():
    with pytest.raises(env.WrongSetting, match=r"TRUSTED_PROXIES.*99"):
        env.read({"TRUSTED_PROXIES": "10.0.0.0/8, 172.16.0.0/99"})


def test_several_networks_are_parted_by_commas():
    assert env.read({"TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies == ("10.0.0.0/8", "::1")
