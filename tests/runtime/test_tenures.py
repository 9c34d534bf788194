"""Which tenures go with an assignment."""

import pytest

from cauce.runtime.engine.app import _fitting
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.tenures import Tenures
from cauce.runtime.engine.watch import Watch
from cauce.runtime.lane import Lane, Misfit


def lane(name, *inputs):
    return Lane("app", name, inputs, (), (), lambda _record, _work: None)


@pytest.fixture
def tenures():
    station = Station("nowhere:1", "p-", "p-app", {"orders": 4}, lambda *_: None, Watch())
    return Tenures([lane("a", "x", "y"), lane("b", "z")], station)


def test_a_partition_number_of_all_inputs_is_one_tenure(tenures):
    assigned = {("p-x", 1), ("p-y", 1), ("p-z", 3), ("p-app-a-standing-changelog", 2)}
    assert tenures.wanted(assigned) == {("a", 1), ("b", 3)}


def test_inputs_that_are_not_assigned_together_stop_the_worker(tenures):
    with pytest.raises(Misfit, match=r"'x': \[1\], 'y': \[1, 2\].*stop all its workers"):
        tenures.wanted({("p-x", 1), ("p-y", 1), ("p-y", 2)})


def test_lanes_that_share_an_input_do_not_fit_in_one_app():
    with pytest.raises(Misfit, match="share a name or an input"):
        _fitting([lane("a", "x"), lane("b", "x")])
