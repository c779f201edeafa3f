"""The OpenAPI schema names every address of the API with every method it answers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.walls.routes import API


@pytest.fixture(scope="module")
def paths() -> dict[str, dict[str, object]]:
    answer = Client().get("/api/v1/schema", headers={"accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    return dict(answer.json()["paths"])


@pytest.mark.parametrize("row", API, ids=lambda row: row.name)
def test_the_schema_names_the_address_and_its_methods(paths: dict[str, dict[str, object]], row):
    pattern = reverse(row.name, kwargs={name: f"{{{name}}}" for name in row.args} or None)

    methods = paths[pattern.replace("%7B", "{").replace("%7D", "}")]

    assert {method.upper() for method in methods if method.upper() in ("GET", "POST", "PUT", "PATCH", "DELETE")} == set(
        row.methods
    )


def test_the_docs_page_opens() -> None:
    answer = Client().get("/api/v1/docs")

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()
