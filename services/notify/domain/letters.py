"""The words of a notice: a template for each language and kind, filled with what is not personal.

The first line of a template is `Subject: …`; the greeting's `{{ recipient_name }}` stays in the body for the runner.
A new language is a folder of templates and a row of `LANGUAGES`.
"""

import re
import unicodedata
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from jinja2 import DictLoader, Environment, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from cauce.money import Money
from schemas.notices import NoticeKind, TellCustomer
from schemas.teams import TellTeam

RECIPIENT = "{{ recipient_name }}"
FALLBACK = "en"
_SUBJECT = "Subject: "
_TEAM = "team"  # one template for all kinds: they are a sentence or two
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}  # Unicode general categories that break lines or cannot be encoded
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # bidirectional overrides: they can make a text read as another


class Language(NamedTuple):
    """How dates and amounts are written: `date_form` takes day, month and year."""

    date_form: str
    months: str
    decimal_mark: str


LANGUAGES = {
    "en": Language(
        "{day} {month} {year}",
        "January February March April May June July August September October November December",
        ".",
    ),
    "es": Language(
        "{day} de {month} de {year}",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        ",",
    ),
}


class Letter(NamedTuple):
    """A notice in words. `language` is the one it was written in."""

    language: str
    subject: str
    body: str


def write(notice: TellCustomer) -> Letter:
    """The letter of a notice, in English where its language has no templates. The same notice gives the same letter."""
    return _written(notice, notice.kind)


def write_to_team(notice: TellTeam) -> Letter:
    """The same for a team or a supplier, whom nothing greets by name."""
    return _written(notice, _TEAM)


def _written(notice: TellCustomer | TellTeam, template: str) -> Letter:
    language = notice.language if notice.language in LANGUAGES else FALLBACK
    text = _template(language, template).render(notice=notice, language=language, recipient_name=RECIPIENT)
    subject, _, body = text.partition("\n")
    return Letter(language, plain(subject.removeprefix(_SUBJECT)), body.strip() + "\n")


def plain(text: str) -> str:
    """`text` on one line: control characters, line breaks and direction overrides become spaces, runs of them one."""
    if text.isprintable():  # most is: no control and no override is among what Python calls so
        return " ".join(text.split())
    kept = (" " if unicodedata.category(char) in _CONTROLS else char for char in _TURNING.sub(" ", text))
    return " ".join("".join(kept).split())


@pass_context
def _day(context: Context, day: date) -> str:
    spoken = LANGUAGES[context["language"]]
    return spoken.date_form.format(day=day.day, month=spoken.months.split()[day.month - 1], year=day.year)


@pass_context
def _price(context: Context, amount: Money) -> str:
    return str(amount).replace(".", LANGUAGES[context["language"]].decimal_mark)


def _finalize(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _sources() -> dict[str, str]:
    folder = resources.files("services.notify") / "templates"
    names = ["lines.txt", *(f"{language}/{kind}.txt" for language in LANGUAGES for kind in (*NoticeKind, _TEAM))]
    return {name: folder.joinpath(name).read_text("utf-8") for name in names}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader(_sources()),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # plain text; there is no markup to escape
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # nothing changes them, and to ask takes as long as to fill one
        finalize=_finalize,
    )
    environment.filters |= {"day": _day, "price": _price}
    return environment


@cache
def _template(language: str, kind: str) -> Template:
    return _environment().get_template(f"{language}/{kind}.txt")
