"""The demo as its user runs it: one command, every order, line, unit and cent accounted for, no law broken."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services import NAMES

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]
DAY = "2010-12-05.csv"


def play(broker, home, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "cauce", "demo", "--json", *arguments],
        env={**os.environ, "CAUCE_SERVERS": broker, "CAUCE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def kept(found):
    """What must not depend on who was killed when."""
    units = {name: found["units"][name] for name in ("ordered", "shipped", "delivered", "returned", "on_hand")}
    orders = {name: found["orders"][name] for name in ("received", "placed", "refused", "shipped", "delivered")}
    return orders, units, found["money"], found["returns"], found["lines"]


def test_a_real_day_ends_with_every_line_accounted_for_whoever_is_killed(broker, tmp_path, data):
    quiet = play(broker, tmp_path / "quiet", "--input", str(data / DAY), "--speed", "max", "--until-idle")
    killed = play(broker, tmp_path / "killed", "--input", str(data / DAY), "--kill-each")

    assert quiet["audit"]["violations"] == killed["audit"]["violations"] == 0
    assert quiet["orders"]["received"] == sum(quiet["orders"][end] for end in ("placed", "refused", "adjustments"))
    assert quiet["orders"]["placed"] == quiet["orders"]["shipped"] == quiet["orders"]["delivered"] > 0
    assert quiet["lines"]["input"] == sum(n for what, n in quiet["lines"].items() if what != "input")
    assert quiet["money"]["captured"] - quiet["money"]["refunded"] == quiet["money"]["retained"]
    assert kept(killed) == kept(quiet)
    assert quiet["killed"] == quiet["restarts"] == {}
    assert killed["killed"] == {f"{name}-0": 1 for name in NAMES}
    assert all(killed["restarts"][name] >= 1 for name in killed["killed"])


@pytest.fixture
def data():
    from cauce.runtime.settings import Settings

    folder: Path = Settings().data / "uci_online_retail"
    return folder
