"""The look of a what-if's page: light and dark, wide and narrow, and nothing that is fetched."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c2733;--quiet:#55636f;--paper:#fff;--line:#dbe2e9;--sea:#f1f5f9;--land:#c9d3dc;
--worse:#b3261e;--better:#17713a;
--c0:#8795a3;--c1:#2563a8;--c2:#c2410c;--c3:#17803d;--c4:#7c3aed;--c5:#a16207;
--s0:#0e7490;--s1:#be185d;--s2:#946200;--s3:#3f7d20;--s4:#6d28d9;--s5:#4d5b69;--s6:#b91c1c;--s7:#1d4ed8}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9fb0bf;--paper:#12181f;--line:#2d3843;--sea:#18212b;
--land:#33424f;--worse:#ff8a80;--better:#6ad48d;
--c0:#7d8b99;--c1:#5b9fe8;--c2:#f08a4b;--c3:#4cc07a;--c4:#b493f7;--c5:#dcb13c;
--s0:#3fb8d1;--s1:#f472b6;--s2:#dcb13c;--s3:#8fce6b;--s4:#b493f7;--s5:#9fb0bf;--s6:#f87171;--s7:#7aa5ff}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1180px;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .4rem}h2{font-size:1.15rem;margin:2.2rem 0 .5rem}
h3{font-size:1rem;margin:0 0 .3rem}p{color:var(--quiet);margin:.3rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--quiet);padding-bottom:.3rem}
td,th{padding:.28rem 1.1rem .28rem 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child{text-align:left}th{font-weight:500}
thead th{color:var(--quiet)}.figures thead th:not(:first-child){padding-right:6.2rem}
td small{display:inline-block;min-width:5.4em;color:var(--quiet)}td small.worse{color:var(--worse)}
td small.better{color:var(--better)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:.4rem 0 1rem}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em;background:var(--of)}
.bars{display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:.6rem 1rem;align-items:center;margin:0}
.bars dt{text-align:right;color:var(--ink);overflow-wrap:anywhere}.bars dd{margin:0}
.bar{display:flex;align-items:center;gap:.5em;height:1.15rem;font-size:.8rem;color:var(--quiet);white-space:nowrap}
.bar i{height:.8rem;border-radius:2px;background:var(--of);width:calc((100% - 8.5em)*var(--part));min-width:1px}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:1.6rem 1.2rem}
figure{margin:0;min-width:0}figcaption{font-weight:600;margin-bottom:.3rem}details{margin:.5rem 0}
summary{color:var(--quiet);cursor:pointer}
.map{width:100%;height:auto;display:block;border-radius:6px}.map text{font:13px system-ui,sans-serif}
.sea{fill:var(--sea)}.grid{stroke:var(--line);fill:none}.map .degree{fill:var(--quiet);font-size:11px}
.land{stroke:var(--land);stroke-width:3;stroke-linecap:round;fill:none}
.way{fill:none;stroke-opacity:.16}.door{fill:none;stroke-width:3;stroke-linecap:round;stroke-opacity:.8}
.site{stroke:var(--paper);stroke-width:1.5;fill-opacity:.85}
.map .name{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:3.5px}
@media(max-width:640px){body{margin:1rem auto}.map text{font-size:20px}.map .degree{font-size:17px}
.bars{grid-template-columns:1fr;gap:.1rem}.bars dt{text-align:left;margin-top:.7rem}
td,th{padding-right:.7rem;font-size:.87rem}td small{min-width:4.6em}
.figures thead th:not(:first-child){padding-right:4.9rem}}
"""
