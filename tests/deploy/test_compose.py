"""The compose file, the image and the example of settings agree with each other and give nothing away."""

import re

import yaml

from ma_platform.env import ROOT
from ma_platform.run import processes

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
OWN = {name: service for name, service in SERVICES.items() if "build" in service}


def test_every_value_that_compose_needs_is_in_the_example():
    needed = set(re.findall(r"\$\{(\w+)\}", COMPOSE))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert needed == offered


def test_what_the_operator_may_set_is_passed_on_to_our_processes():
    table = (ROOT / "docs/operating.md").read_text().partition("| variable |")[2].partition("\n\n")[0]
    named = {name for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}
    fixed = {"HOST", "PORT", "DATA_DIR", "DATABASE_OWNER_URL", "DATABASE_REPLICA_URL", "DEMO"}  # by the file itself

    assert {"TRACKING_SHARDS", "TRACKING_RATE", "GEOIP", "NETWORK_PROVIDERS", "ACK_FSYNC"} <= named
    assert {name for name in named - fixed if f"${{{name}" not in COMPOSE} == {
        *("DATABASE_URL", "DATABASE_WORKER_URL", "REDIS_URL", "DEBUG", "TRUSTED_PROXIES")
    }, "told by the file to be what they are there"
    assert {name for name in named - fixed - {"WORKERS"} if name not in OWN["ingest"]["environment"]} == set()


def test_only_the_migration_can_be_the_owner_of_the_tables():
    assert {name for name, service in OWN.items() if "OWNER" in str(service["environment"])} == {"migrate"}
    assert not any("env_file" in service for service in SERVICES.values())


def test_secrets_stay_out_of_the_image_and_the_repository():
    for ignored in (".dockerignore", ".gitignore"):
        assert ".env" in (ROOT / ignored).read_text().splitlines(), ignored


def test_only_the_proxy_has_ports_and_the_queue_cannot_lose_events():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert "noeviction" in SERVICES["valkey"]["command"]


def queues(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(",")) if "-Q" in command else set()


COMPOSED = {name: found for name, service in OWN.items() if (found := queues(service.get("command", [])))}


def test_every_queue_has_one_kind_of_worker():
    from ma_platform.jobs import ROUTES

    worked = [queue for found in COMPOSED.values() for queue in found]

    assert {str(route["queue"]) for route in ROUTES.values()} <= set(worked)
    assert len(worked) == len(set(worked))


def test_who_waits_for_other_peoples_servers_or_works_long_keeps_nobody_waiting():
    assert {"webhook", "bulk"} <= COMPOSED.keys()
    assert (COMPOSED["webhook"], COMPOSED["bulk"]) == ({"webhook"}, {"bulk"})


def test_make_run_starts_the_processes_of_production():
    started = {name: queues(command.split()) for name, command in processes().items()}

    assert {name: found for name, found in started.items() if found} == COMPOSED
    assert {"web", "ingest", "beat"} <= started.keys() & OWN.keys()


def test_the_processes_of_a_segment_have_room_to_share():
    assert SERVICES["postgres"]["shm_size"] == "1gb"
