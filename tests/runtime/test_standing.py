"""A standing is read back from its rows as it was."""

from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.engine.standing import BLOCKED, HEAD, Blocked, Standing


@given(
    st.dictionaries(st.text("abc-", min_size=1), st.integers(0, 2**60)),
    st.integers(0, 99),
    st.dictionaries(st.binary(max_size=9), st.builds(Blocked, st.text(), st.integers(0, 2**40), st.integers(0, 2**40))),
)
def test_what_was_written_is_read(offsets, streak, blocked):
    standing = Standing()
    standing.offsets, standing.streak, standing.blocked = offsets, streak, blocked
    rows = [(HEAD, standing.head()), *((BLOCKED + subject, row.row) for subject, row in blocked.items())]
    assert vars(Standing.read(rows)) == vars(standing)


def test_equal_standings_give_equal_bytes():
    one, other = Standing(), Standing()
    one.offsets, other.offsets = {"x": 1, "y": 2}, {"y": 2, "x": 1}
    assert one.head() == other.head()
