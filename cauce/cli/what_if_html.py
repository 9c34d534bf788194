"""A what-if as one HTML page that needs nothing else: figures, bars and maps, each with its numbers in a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from cauce.cli.plain import harmless
from cauce.cli.what_if_map import COLORS, drawn, land_of, view_of
from cauce.cli.what_if_page import change, is_judged, shown, sites_of
from cauce.cli.what_if_style import STYLE
from cauce.places import Coordinates
from cauce.replay.columns import Column, Compared

_COLUMN_COLORS = 6
_HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What if</title><style>{STYLE}</style></head><body>
"""
_LATE = (
    "Late is an order of which no carrier could bring a parcel in time, had it been packed on the day of the decision."
)


def html_page(found: Compared, land: Iterable[Coordinates] = ()) -> str:
    """The page; `land` is drawn under the maps. All that comes from records is escaped; it loads and runs nothing."""
    orders, differing = len(found.base.orders), len(found.differing())
    hashes = ", ".join(f"{said(column.name)} {column.hash}" for column in found.columns)
    return "\n".join(
        [
            _HEAD,
            f"<h1>What if other {said(', '.join(found.replaced))}</h1>",
            f"<p>{orders:,} recorded orders, decided on again; {differing:,} are not sourced alike in all columns.</p>",
            *_figures(found),
            *_loads(found),
            *_maps(found, land),
            f"<p>Hashes of the decisions: {hashes}.</p>",
            "</body></html>\n",
        ]
    )


def said(value: object) -> str:
    """Text that came from outside, as text."""
    return escape(harmless(str(value)))


def _figures(found: Compared) -> Iterator[str]:
    figures = found.figures()
    yield f"<h2>Figures</h2><p>In percent against {said(found.against)}; red is worse, green is better. {_LATE}</p>"
    head = "".join(f'<th scope="col">{said(column.name)}</th>' for column in found.columns)
    rows = (_figure(found, name, by_column) for name, by_column in figures.items())
    yield f'<div class="figures">{_table(f"""<th scope="col">figure</th>{head}""", rows)}</div>'
    yield "<h2>Side by side</h2><p>Each figure has a scale of its own.</p>"
    yield _legend(found.columns)
    yield _bars(found.columns, {name: one for name, one in figures.items() if is_judged(name) and any(one.values())})


def _figure(found: Compared, name: str, by_column: Mapping[str, int]) -> str:
    base, cells = by_column[found.against], []
    for column in found.columns:
        value = by_column[column.name]
        style = "" if value == base or not is_judged(name) else ("worse" if value > base else "better")
        told = f' <small class="{style}">{change(base, value)}</small>'
        cells.append(f"<td>{said(shown(name, value))}{told}</td>")
    return f'<tr><th scope="row">{said(name)}</th>{"".join(cells)}</tr>'


def _table(head: str, rows: Iterable[str]) -> str:
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _color(at: int) -> str:
    return f"--of:var(--c{at % _COLUMN_COLORS})"


def _legend(columns: Sequence[Column]) -> str:
    items = (f'<li><i style="{_color(at)}"></i>{said(column.name)}</li>' for at, column in enumerate(columns))
    return f'<ul class="legend">{"".join(items)}</ul>'


def _bars(columns: Sequence[Column], rows: Mapping[str, Mapping[str, int]], *, whole: int = 0) -> str:
    """A bar for each column in each row; on one scale up to `whole`, or each row on its own."""
    parts = []
    for name, by_column in rows.items():
        most = whole or max(by_column.values()) or 1
        bars = (_bar(at, by_column[column.name], most, name) for at, column in enumerate(columns))
        parts.append(f"<dt>{said(name)}</dt><dd>{''.join(bars)}</dd>")
    return f'<dl class="bars">{"".join(parts)}</dl>'


def _bar(at: int, value: int, most: int, name: str) -> str:
    return f'<div class="bar"><i style="{_color(at)};--part:{value / most:.4f}"></i>{said(shown(name, value))}</div>'


def _loads(found: Compared) -> Iterator[str]:
    for word in ("parcels", "units"):
        rows = {
            site: {column.name: column.load.get(site, {}).get(word, 0) for column in found.columns}
            for site in sites_of(found.columns)
        }
        most = max((value for by_column in rows.values() for value in by_column.values()), default=0)
        yield f"<h2>Load of the sites: {word}</h2>"
        yield _legend(found.columns)
        yield _bars(found.columns, rows, whole=most or 1)
        yield _as_table(found.columns, rows)


def _as_table(columns: Sequence[Column], rows: Mapping[str, Mapping[str, int]]) -> str:
    head = "".join(f'<th scope="col">{said(column.name)}</th>' for column in columns)
    body = (
        f'<tr><th scope="row">{said(site)}</th>{"".join(f"<td>{by_column[one.name]:,}</td>" for one in columns)}</tr>'
        for site, by_column in rows.items()
    )
    return f'<details><summary>As a table</summary>{_table(f"""<th scope="col">site</th>{head}""", body)}</details>'


def _maps(found: Compared, land: Iterable[Coordinates]) -> Iterator[str]:
    view = view_of(found.columns)
    names = sorted({site.id for column in found.columns for site in column.sites} | set(sites_of(found.columns)))
    colors = {site: at % COLORS for at, site in enumerate(names)}
    first = land_of(view, land)
    yield "<h2>Where parcels go</h2><p>A disk is a site and its share of all units, a line goes where parcels go. "
    yield f"Places beyond the map are left out{'; land is drawn as its postal areas' if first else ''}.</p>"
    yield '<div class="maps">'
    for column in found.columns:
        drawing = drawn(column, view, colors, first)
        yield f"<figure><figcaption>{said(column.name)}</figcaption>{drawing}{_shares(column)}</figure>"
        first = first and '<use href="#land"/>'
    yield "</div>"


def _shares(column: Column) -> str:
    """What the map shows, as a table."""
    whole = sum(load["units"] for load in column.load.values()) or 1
    rows = (
        f'<tr><th scope="row">{said(site)}</th>'
        f"<td>{load['orders']:,}</td><td>{load['parcels']:,}</td><td>{load['units']:,}</td>"
        f"<td>{load['units'] / whole:.1%}</td></tr>"
        for site, load in column.load.items()
    )
    head = "".join(f'<th scope="col">{word}</th>' for word in ("site", "orders", "parcels", "units", "share of units"))
    return f"<details><summary>As a table</summary>{_table(head, rows)}</details>"
