"""Parts of a shared JSON resource that upper rooms supply: a lead's score and stage, for instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Loader = Callable[[Sequence[int]], Mapping[int, object]]


class Facets:
    """Loaders by key; each answers for many primary keys at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._loaders: dict[str, Loader] = {}

    def fill(self, key: str) -> Callable[[Loader], Loader]:
        """Supply `key` of the resource; ids the loader leaves out get null."""

        def register(loader: Loader) -> Loader:
            self._loaders[key] = loader
            return loader

        return register

    def load(self, ids: Sequence[int]) -> dict[int, dict[str, object]]:
        """{id: {key: value}} with one call per key."""
        answers: dict[int, dict[str, object]] = {one: {} for one in ids}
        for key, loader in self._loaders.items():
            found = loader(ids)
            for one in ids:
                answers[one][key] = found.get(one)
        return answers

    def load_one(self, key: str, ids: Sequence[int]) -> Mapping[int, object]:
        """Only `key`; empty when nobody supplies it."""
        loader = self._loaders.get(key)
        return loader(ids) if loader else {}


LEAD_FACETS = Facets("lead")
