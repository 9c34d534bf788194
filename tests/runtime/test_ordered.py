"""The sorted set behaves as a sorted set, whatever its pages do."""

from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.engine import ordered
from cauce.runtime.engine.ordered import SortedKeys

KEYS = st.binary(max_size=2)


@given(st.lists(KEYS), st.lists(st.tuples(st.booleans(), KEYS), max_size=60), KEYS, KEYS)
def test_it_holds_what_a_set_holds_in_order(first, steps, start, stop):
    keys, model = SortedKeys(first), set(first)
    for adds, key in steps:
        (keys.add if adds else keys.discard)(key)
        (model.add if adds else model.discard)(key)
    assert list(keys.between(start, stop)) == sorted(key for key in model if start <= key < stop)


@given(st.randoms(use_true_random=False))
def test_pages_split_and_vanish_without_losing_order(random):
    ordered.PAGE, page = 3, ordered.PAGE
    try:
        keys, model = SortedKeys(), set()
        for _ in range(200):
            key = b"%02d" % random.randrange(100)
            (keys.add if key not in model else keys.discard)(key)
            model ^= {key}
        assert list(keys.between(b"", b"~")) == sorted(model)
    finally:
        ordered.PAGE = page
