"""The laws of a pool, held to any mixture of commands: units are conserved, nothing is promised twice."""

import sys
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.append(str(Path(__file__).parent))  # the machine is in files of its own, which importlib mode keeps apart

from oracle.told import Telling  # found by the line above


def test_the_laws_of_a_pool_hold(told):
    shop = type("ThisShop", (Telling,), {"told": told})
    run_state_machine_as_test(shop, settings=settings(max_examples=120, stateful_step_count=40, deadline=None))
