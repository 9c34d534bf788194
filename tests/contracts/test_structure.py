"""The picture of the rooms in docs/architecture.md is the one that the imports draw."""

import re
from functools import cache
from pathlib import Path

import grimp

from cauce.runtime.settings import CHECKOUT

KERNEL = {"money", "ids", "places", "calendars", "decider"}
ARROW = re.compile(r"^\s+(\w+) --> (.+)$", re.MULTILINE)


def room_of(module: str) -> str | None:
    """The room of the picture that a module stands in; the command's entry is the door of all of them."""
    package, _, rest = module.partition(".")
    if package != "cauce":
        return package
    room = rest.partition(".")[0]
    return "kernel" if room in KERNEL else (room if room not in ("", "__main__") else None)


@cache
def drawn_by_imports() -> frozenset[tuple[str, str]]:
    graph = grimp.build_graph("cauce", "services", "schemas")
    arrows = {
        (room_of(module), room_of(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }
    return frozenset((start, end) for start, end in arrows if start and end and start != end)


def drawn_on_the_page() -> set[tuple[str, str]]:
    page = (Path(CHECKOUT) / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = page.partition("```mermaid")[2].partition("```")[0]
    return {(start, end) for start, ends in ARROW.findall(picture) for end in ends.split(" & ")}


def test_every_import_between_rooms_is_an_arrow_on_the_page_and_every_arrow_an_import():
    assert drawn_on_the_page() == drawn_by_imports()


def test_services_import_no_service():
    graph = grimp.build_graph("services")
    crossing = {
        (module, imported)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if module.count(".") and imported.count(".") and module.split(".")[1] != imported.split(".")[1]
    }

    assert crossing == set()
