"""Keys in order: rows in memory are scanned in the same order as rows on disk, and changes over either."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

PAGE = 1000


class SortedKeys:
    """Keys in ascending order, in pages, so that adding one to a million moves a page and not the million."""

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        ordered = sorted(set(keys))
        self._pages = [ordered[i : i + PAGE] for i in range(0, len(ordered), PAGE)] or [[]]
        self._firsts = [page[0] if page else b"" for page in self._pages]

    def _page(self, key: bytes) -> int:
        return max(0, bisect_right(self._firsts, key) - 1)

    def add(self, key: bytes) -> None:
        """Adding twice is adding once."""
        number = self._page(key)
        page = self._pages[number]
        at = bisect_left(page, key)
        if at < len(page) and page[at] == key:
            return
        page.insert(at, key)
        self._firsts[number] = page[0]
        if len(page) > 2 * PAGE:
            self._pages[number : number + 1] = [page[:PAGE], page[PAGE:]]
            self._firsts[number : number + 1] = [page[0], page[PAGE]]

    def discard(self, key: bytes) -> None:
        """Discarding what is not there is fine."""
        number = self._page(key)
        page = self._pages[number]
        at = bisect_left(page, key)
        if at == len(page) or page[at] != key:
            return
        del page[at]
        if page:
            self._firsts[number] = page[0]
        elif len(self._pages) > 1:
            del self._pages[number], self._firsts[number]

    def between(self, start: bytes, stop: bytes) -> Iterator[bytes]:
        """Keys with start <= key < stop."""
        for number in range(self._page(start), len(self._pages)):
            page = self._pages[number]
            yield from page[bisect_left(page, start) : bisect_left(page, stop)]
            if page and page[-1] >= stop:
                return


def overlaid(own: list[tuple[bytes, Any]], below: Iterator[tuple[bytes, Any]]) -> Iterator[tuple[bytes, Any]]:
    """Two lists of rows in key order as one; own rows hide those below, and own None yields nothing."""
    at, end = 0, len(own)
    for key, row in below:
        while at < end and own[at][0] < key:
            if own[at][1] is not None:
                yield own[at]
            at += 1
        if at < end and own[at][0] == key:
            if own[at][1] is not None:
                yield own[at]
            at += 1
        else:
            yield key, row
    yield from (pair for pair in own[at:] if pair[1] is not None)
