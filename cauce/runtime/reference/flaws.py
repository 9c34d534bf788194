"""What is wrong with a file of reference data: file, line, column and what is expected there, a line each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

LISTED = 20  # of each file; whoever has more mends these first
_SHOWN = 40
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SHOULD = re.compile(r"^\w+ should (be|have|match) ")


class Flaw(NamedTuple):
    """One thing that is wrong."""

    file: str
    expected: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [self.file, f"line {self.line}" if self.line else "", f"column {self.column}" if self.column else ""]
        return f"{', '.join(filter(None, place))}: {self.expected}"


class BrokenFile(ValueError):
    """Reference files that cannot be published. `flaws` are all of them, in the order of the files, up to a bound."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("\n".join(map(str, self.flaws)))


def bounded(flaws: Sequence[Flaw]) -> Sequence[Flaw]:
    """The first of one file's flaws, and a word on those that are left out."""
    if len(flaws) <= LISTED:
        return flaws
    return [*flaws[:LISTED], Flaw(flaws[0].file, f"there is more; mend these {LISTED} first")]


def text_of(path: Path) -> str:
    """A file's text, without the mark that some programs put before it.

    Raises BrokenFile for what is no file, cannot be opened, or is not text in UTF-8.
    """
    if not path.is_file():
        raise BrokenFile([Flaw(path.name, f"expected a file, found {'a folder' if path.is_dir() else 'none'}")])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise BrokenFile([Flaw(path.name, f"expected a file that can be read: {fault.strerror}")]) from None
    except UnicodeDecodeError as fault:
        read, byte = fault.object[: fault.start], fault.object[fault.start]
        flaw = f"expected text in UTF-8, found the byte 0x{byte:02X}; save it as UTF-8"
        raise BrokenFile([Flaw(path.name, flaw, line=read.count(b"\n") + 1)]) from None
    if control := _CONTROL.search(text):
        flaw = f"expected text, found the control character U+{ord(control[0]):04X}"
        raise BrokenFile([Flaw(path.name, flaw, line=text.count("\n", 0, control.start()) + 1)])
    return text


def unknown(name: str, known: Sequence[str]) -> str:
    """That a name is none of those known, and which of them it looks like."""
    alike = get_close_matches(name.strip().lower(), known, n=1)
    guess = f", did you mean {alike[0]}?" if alike else ";"
    return f"it is not known{guess} expected some of {', '.join(known)}"


def expectation(error: Mapping[str, Any]) -> str:
    """What pydantic wanted in place of what it found."""
    if error["type"] == "missing":
        return "expected a value, found none"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    wanted = _SHOULD.sub("", error["msg"]).partition(", unable to parse")[0]
    return f"expected {wanted}, found {shown(error['input'])}"


def shown(value: Any) -> str:
    """A value as found, cut where it is long."""
    written = repr(value)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
