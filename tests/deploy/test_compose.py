"""The compose file, the image and the example of settings agree with each other and give nothing away."""

import re

import yaml

from ma_platform.env import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
OWN = {name: service for name, service in SERVICES.items() if "build" in service}


def test_every_value_that_compose_needs_is_in_the_example():
    needed = set(re.findall(r"\$\{(\w+)\}", COMPOSE))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert needed == offered


def test_only_the_migration_can_be_the_owner_of_the_tables():
    assert {name for name, service in OWN.items() if "OWNER" in str(service["environment"])} == {"migrate"}
    assert not any("env_file" in service for service in SERVICES.values())


def test_secrets_stay_out_of_the_image_and_the_repository():
    for ignored in (".dockerignore", ".gitignore"):
        assert ".env" in (ROOT / ignored).read_text().splitlines(), ignored


def test_only_the_proxy_has_ports_and_the_queue_cannot_lose_events():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert "noeviction" in SERVICES["valkey"]["command"]


def test_every_queue_has_a_worker():
    from ma_platform.jobs import ROUTES

    worked = {
        queue
        for name in ("worker", "bulk")
        for queue in SERVICES[name]["command"][SERVICES[name]["command"].index("-Q") + 1].split(",")
    }

    assert {str(route["queue"]) for route in ROUTES.values()} <= worked
