"""The object that a demo ends with: its keys are fixed, and each is explained."""

from cauce.demo.figures import Figures, Result
from cauce.runtime.settings import CHECKOUT

PAGE = CHECKOUT / "docs" / "demo.md"


def rows(model, path=""):
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Figures):
            yield from rows(field.annotation, f"{path}{name}.")
        else:
            yield f"| `{path}{name}` | {field.description} |"


def test_every_key_is_on_the_page_with_what_it_says():
    page = PAGE.read_text(encoding="utf-8").splitlines()
    table = [line for line in page if line.startswith("| `")]

    assert table == list(rows(Result))


def test_no_key_can_be_absent_from_the_counts():
    counts = {name: field for name, field in Result.model_fields.items() if name not in ("killed", "restarts")}
    parts = [field.annotation for field in counts.values() if hasattr(field.annotation, "model_fields")]

    assert all(field.is_required() for part in parts for name, field in part.model_fields.items() if name != "first")
