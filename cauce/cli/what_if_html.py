"""A what-if as one HTML page that needs nothing else: figures, bars and maps, drawn here as SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from cauce.cli.plain import harmless
from cauce.cli.what_if_map import drawn
from cauce.cli.what_if_page import shown
from cauce.replay.outcome import Compared

_ROW, _BAR, _LEFT, _WIDTH = 44, 14, 190, 900
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What if</title><style>
body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;background:#fff;max-width:1180px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{color:#5a6b7b;margin:.3rem 0}
table{border-collapse:collapse}td,th{padding:.25rem .9rem;text-align:right;border-bottom:1px solid #e3e8ee}
td:first-child,th:first-child{text-align:left;padding-left:0}th{color:#5a6b7b;font-weight:500}
.worse{color:#b3261e}.better{color:#1b7f3b}.maps{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
svg{width:100%;height:auto;font:12px system-ui,sans-serif}figure{margin:0}figcaption{color:#5a6b7b}
@media(max-width:800px){.maps{grid-template-columns:1fr}}
</style></head><body>
"""


def html_page(found: Compared) -> str:
    """The page. All that comes from records is escaped; it loads nothing and runs nothing."""
    what = ", ".join(found.replaced)
    orders, differing = len(found.base.orders), len(found.differing())
    return "\n".join(
        [
            _HEAD,
            f"<h1>What if other {said(what)}</h1>",
            f"<p>{orders:,} recorded orders, decided on again; {differing:,} would be sourced otherwise.</p>",
            "<p>Parcels are priced as if packed on the day of the decision.</p>",
            "<h2>Recorded, and what would be</h2>",
            _table(found),
            *_charts(found),
            "<h2>Where parcels go</h2>",
            "<p>Each disk is a site and its share of all units; lines to the few farthest places leave the map.</p>",
            '<div class="maps">',
            _figure(drawn(found.base, found.sites, found.other_sites), "recorded"),
            _figure(drawn(found.other, found.other_sites, found.sites), "what if"),
            "</div>",
            f"<p>Hash of the decisions: {found.base.stream.hash} recorded, {found.other.stream.hash} what if.</p>",
            "</body></html>\n",
        ]
    )


def said(value: object) -> str:
    """Text that came from outside, as text."""
    return escape(harmless(str(value)))


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{caption}</figcaption></figure>"


def _table(found: Compared) -> str:
    rows = []
    for name, (then, now) in found.figures().items():
        cells = "".join(f"<td>{said(shown(name, value))}</td>" for value in (then, now))
        style = "" if now == then or name == "orders" else ("worse" if now > then else "better")
        rows.append(f'<tr><td>{said(name)}</td>{cells}<td class="{style}">{said(shown(name, now - then))}</td></tr>')
    head = "<tr><th></th><th>recorded</th><th>what if</th><th>difference</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _charts(found: Compared) -> Iterator[str]:
    figures = [(name, *pair) for name, pair in found.figures().items() if name != "orders" and any(pair)]
    yield "<h2>Figures</h2>"
    yield "<p>Gray is recorded, blue is what would be.</p>"
    yield _bars([(name, then, now, name) for name, then, now in figures], together=False)
    then, now = found.base.load(), found.other.load()
    for word in ("orders", "units"):
        yield f"<h2>Load of the sites: {word}</h2>"
        sites = sorted({*then, *now})
        rows = [(site, then.get(site, {}).get(word, 0), now.get(site, {}).get(word, 0), word) for site in sites]
        yield _bars(rows, together=True)


def _bars(rows: Sequence[tuple[str, int, int, str]], *, together: bool) -> str:
    """Two bars a row: recorded above, what if below; on one scale all `together`, or each row on its own."""
    whole = max((value for row in rows for value in row[1:3]), default=1) or 1
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_ROW * len(rows)}" role="img">']
    for at, (name, then, now, unit) in enumerate(rows):
        top, scale = at * _ROW, (whole if together else max(then, now, 1))
        parts.append(f'<text x="{_LEFT - 10}" y="{top + 22}" text-anchor="end" fill="#1c2733">{said(name)}</text>')
        for below, (value, color) in enumerate(((then, "#9aa9b8"), (now, "#2563a8"))):
            wide, y = round(560 * value / scale, 1), top + 4 + below * (_BAR + 2)
            parts.append(f'<rect x="{_LEFT}" y="{y}" width="{wide}" height="{_BAR}" rx="2" fill="{color}"/>')
            where = f'x="{_LEFT + wide + 6}" y="{y + 11}"'
            parts.append(f'<text {where} fill="#5a6b7b">{said(shown(unit, value))}</text>')
    return "".join([*parts, "</svg>"])
