"""The run over thirty real days names whatever is not accounted for."""

import pytest

from cauce.demo.figures import Result
from chaos.days import wrong_in

COUNTS = {
    "lines": {"input": 81_667, "delivered": 81_667},
    "orders": {"received": 3_111, "placed": 3_000, "delivered": 3_000},
    "returns": {"requested": 300, "refused": 220},
}


def found(**changes):
    """A good result of those files, changed."""
    result = {}
    for name, field in Result.model_fields.items():
        if hasattr(field.annotation, "model_fields"):
            result[name] = dict.fromkeys(field.annotation.model_fields, 0) | COUNTS.get(name, {})
    for name, counts in changes.items():
        result[name] |= counts
    return result


def test_a_run_in_which_all_is_accounted_for_is_good():
    assert wrong_in(found()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"audit": {"violations": 1}},
        {"lines": {"delivered": 81_666, "unaccounted": 1}},
        {"units": {"unaccounted": 1}},
        {"money": {"unaccounted": 1}},
        {"money": {"refused": 900, "given_back": 0}},
        {"orders": {"delivered": 2_999}},
        {"returns": {"refused": 219}},
    ],
)
def test_whatever_is_not_as_it_should_be_is_named(changes):
    assert len(wrong_in(found(**changes))) == 1
