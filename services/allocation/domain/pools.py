"""Which pool decides what. There is one."""

FIRST_POOL = 0  # asked first for every order


def pool_of(_site: str) -> int:
    """The pool that a site's stock belongs to."""
    return FIRST_POOL
