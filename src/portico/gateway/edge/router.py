"""Finds the route of a path: exact ones first, then templates (`{name}` takes a segment, `{name...}` the rest)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from portico.gateway.edge.route import HttpRoute
from portico.gateway.kernel.errors import Invalid

Methods = Mapping[str, HttpRoute]


@dataclass(frozen=True, slots=True)
class Found:
    """The routes of one path by method, and what its template took, still encoded."""

    methods: Methods
    taken: Mapping[str, bytes]

    def params(self) -> dict[str, str]:
        """What the template took. Raises Invalid when it is no UTF-8.

        It is decoded after the path was cut, so that an id may hold a slash.
        """
        return {name: _decoded(name, value) for name, value in self.taken.items()}


class Router:
    """The table of every HTTP route. Raises RuntimeError for a route that is there already."""

    def __init__(self, routes: Iterable[HttpRoute]) -> None:
        self._exact: dict[str, dict[str, HttpRoute]] = {}
        self._templates: dict[tuple[str, ...], dict[str, HttpRoute]] = {}
        for route in routes:
            methods = self._methods(route.path)
            if route.method in methods:
                raise RuntimeError(f"two routes answer {route.method} {route.path}")
            methods[route.method] = route

    def __iter__(self) -> Iterator[HttpRoute]:
        for methods in (*self._exact.values(), *self._templates.values()):
            yield from methods.values()

    def find(self, path: str, raw_path: bytes) -> Found | None:
        """The routes of a path; None when it has none."""
        methods = self._exact.get(path)
        if methods is not None:
            return Found(methods, {})
        segments = raw_path.split(b"/")
        for template, of_template in self._templates.items():
            taken = _match(template, segments)
            if taken is not None:
                return Found(of_template, taken)
        return None

    def _methods(self, path: str) -> dict[str, HttpRoute]:
        if "{" not in path:
            return self._exact.setdefault(path, {})
        return self._templates.setdefault(tuple(path.split("/")), {})


def _match(template: tuple[str, ...], segments: list[bytes]) -> dict[str, bytes] | None:
    taken: dict[str, bytes] = {}
    for place, part in enumerate(template):
        if part.endswith("...}"):
            rest = b"/".join(segments[place:])
            return {**taken, part[1:-4]: rest} if rest else None
        if place >= len(segments):
            return None
        if part.startswith("{"):
            if not segments[place]:
                return None
            taken[part[1:-1]] = segments[place]
        elif part.encode() != segments[place]:
            return None
    return taken if len(segments) == len(template) else None


def _decoded(name: str, value: bytes) -> str:
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError as error:
        raise Invalid("this part of the path is no UTF-8", path=name) from error
