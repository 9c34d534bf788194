"""The demo as its user runs it: one command, every order, line, unit and cent accounted for, no law broken."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services import NAMES

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]
CAUCE = Path(sys.executable).with_name("cauce")
DAY = "2010-12-05.csv"


def run(command, *, env):
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def play(broker, home, *arguments):
    own = {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(home)}
    done = run([CAUCE, "demo", "--json", *arguments], env={**os.environ, **own})
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout
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


def test_the_lines_that_a_demo_ends_with_work_as_they_are_copied(broker, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAUCE_")}
    own = {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path)}
    shown = run([CAUCE, "demo", "--orders", "5"], env={**env, **own})
    assert shown.returncode == 0, shown.stderr[-3000:]
    orders, order, replay, twice, audit = (
        run(["sh", "-c", line.replace("ORDER", "700001")], env=env)
        for line in shown.stdout.splitlines()
        if line.startswith("  CAUCE_SERVERS=")
    )

    assert [copied.returncode for copied in (orders, order, replay, twice, audit)] == [0, 0, 0, 0, 1]
    assert "WEB-700001" in orders.stdout
    assert "WEB-700001" in order.stdout
    assert "equal" in replay.stdout
    broken = twice.stdout.split()[0]
    assert broken.startswith("captured/")
    assert f"{broken} " in audit.stdout


@pytest.fixture
def data():
    from cauce.runtime.settings import Settings

    folder: Path = Settings().data / "uci_online_retail"
    return folder
