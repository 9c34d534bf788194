"""Thirty real days in a row, every service killed once on the way: every line of them must be accounted for."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import click

from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings

DAYS, LINES, ORDERS, RETURNS = 30, 81_667, 3_111, 520  # what the files of the data set hold


def thirty_days(*, as_json: bool) -> int:
    """Play them through `cauce demo`, say what came of it, and answer the exit code."""
    files = sorted((Settings().data / "uci_online_retail").glob("*.csv"))
    if len(files) != DAYS:
        raise Unavailable(f"{Settings().data / 'uci_online_retail'} holds {len(files)} days, not {DAYS}: CAUCE_DATA")
    demo = (sys.executable, "-m", "cauce", "demo", "--json", "--kill-each")
    played = subprocess.run([*demo, *map(str, files)], stdout=subprocess.PIPE, check=False)  # noqa: S603  # our own
    if not played.stdout:
        return played.returncode or 1
    found = json.loads(played.stdout)
    wrong = wrong_in(found)
    click.echo(json.dumps({**found, "wrong": wrong}) if as_json else _told(found, wrong))
    return 1 if wrong else 0


def wrong_in(found: Mapping[str, Any]) -> list[str]:
    """What differs from what the files hold, and from a good end."""
    lines, orders, returns, money = found["lines"], found["orders"], found["returns"], found["money"]
    sums = {
        "laws broken": (found["audit"]["violations"], 0),
        "lines read": (lines["input"], LINES),
        "lines accounted for": (sum(count for what, count in lines.items() if what != "input"), LINES),
        "lines, units and cents without an end": (
            lines["unaccounted"] + found["units"]["unaccounted"] + money["unaccounted"],
            0,
        ),
        "minor units given back for refused orders": (money["given_back"], money["refused"]),
        "orders received": (orders["received"], ORDERS),
        "orders delivered": (orders["delivered"], orders["placed"]),
        "returns decided": (returns["requested"] + returns["refused"], RETURNS),
    }
    return [f"{what}: {count:,}, not {wanted:,}" for what, (count, wanted) in sums.items() if count != wanted]


def _told(found: Mapping[str, Any], wrong: list[str]) -> str:
    killed = sum(found["killed"].values())
    head = f"{found['orders']['received']:,} orders, {killed} workers killed, {found['seconds']:,} s"
    return "\n".join([head, *wrong] if wrong else [f"{head}: every line accounted for, no law broken"])
