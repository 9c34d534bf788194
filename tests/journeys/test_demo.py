"""The demo as its user runs it: one command, every order, line, unit and cent accounted for, no law broken."""

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

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
    """What must not depend on who was killed when; each attempt at an effect is a record, and attempts are repeated."""
    others = {name: found[name] for name in found if name not in ("seconds", "restarts", "killed")}
    notices = found["notifications"]  # one that a later one overtakes is not sent
    told = {"told": notices["sent"] + notices["superseded"], "failed": notices["failed"]}
    return {**others, "audit": {**found["audit"], "records": None}, "notifications": told}


def test_a_real_day_ends_with_every_line_accounted_for_whoever_is_killed(broker, tmp_path, data):
    quiet = play(broker, tmp_path / "quiet", "--input", str(data / DAY), "--speed", "max", "--until-idle")
    killed = play(broker, tmp_path / "killed", "--input", str(data / DAY), "--kill-each")

    assert quiet["audit"]["violations"] == killed["audit"]["violations"] == 0
    assert quiet["settled"]
    assert quiet["unaccounted"] == []
    assert quiet["orders"]["received"] == sum(quiet["orders"][end] for end in ("placed", "refused", "adjustments"))
    assert quiet["orders"]["placed"] == quiet["orders"]["shipped"] == quiet["orders"]["delivered"] > 0
    assert quiet["lines"]["input"] == sum(n for what, n in quiet["lines"].items() if what != "input")
    assert quiet["orders"]["backordered"] > 0
    assert quiet["money"]["refused"] == quiet["money"]["given_back"]
    assert quiet["money"]["captured"] - quiet["money"]["refunded"] == quiet["money"]["retained"]
    assert kept(killed) == kept(quiet)
    assert quiet["killed"] == quiet["restarts"] == {}
    assert killed["killed"] == {f"{name}-0": 1 for name in NAMES}
    assert all(killed["restarts"][name] >= 1 for name in killed["killed"])


def test_a_day_of_returns_and_refusals_alone_ends_with_every_line_refused_and_the_money_back(broker, tmp_path):
    day = tmp_path / "day.csv"
    day.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,M,MANUAL,1,2010-12-01 08:00:00,9.00,17,United Kingdom\n"
        "2,MUG,MUG,0,2010-12-01 08:00:00,9.00,17,United Kingdom\n"
        "2,CUP,CUP,3,2010-12-01 08:00:00,1.00,17,United Kingdom\n"
        "C3,CUP,CUP,-2,2010-12-01 09:00:00,1.00,17,United Kingdom\n"
        "C4,PEN,PEN,-2,2010-12-01 09:00:00,1.00,,United Kingdom\n"
    )
    found = play(broker, tmp_path, "--input", str(day))

    assert found["orders"]["refused"] == 2
    assert {end: count for end, count in found["lines"].items() if count} == {
        "input": 5,
        "refused": 3,
        "returns_refused": 2,
    }
    assert found["returns"] == {"requested": 0, "refunded": 0, "refused": 2, "simulated": 0}
    assert (found["money"]["captured"], found["money"]["refused"], found["money"]["given_back"]) == (0, 1200, 1200)
    assert found["audit"]["violations"] == 0


def test_a_demo_that_is_told_to_end_tells_what_has_been_and_its_prefix_is_taken_until_it_is_forgotten(broker, tmp_path):
    own = {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path), "CAUCE_PREFIX": f"told-{uuid4().hex[:8]}-"}
    env = {**os.environ, **own}
    command = [CAUCE, "demo", "--json", "--orders", "3", "--keep-running"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        said = next(line for line in demo.stderr if "working until" in line)
        demo.send_signal(signal.SIGINT)
        found, rest = demo.communicate(timeout=120)
    assert demo.returncode == 0, said + rest
    told = json.loads(found)
    assert (told["orders"]["received"], told["orders"]["placed"], told["unaccounted"]) == (3, 3, [])
    assert f"demo --forget {own['CAUCE_PREFIX']}" in rest

    taken = run(command, env=env)
    assert (taken.returncode, taken.stdout) == (2, "")
    assert "name another in CAUCE_PREFIX" in taken.stderr
    forgot = run([CAUCE, "demo", "--forget", own["CAUCE_PREFIX"]], env=env)
    assert forgot.returncode == 0, forgot.stderr
    assert forgot.stdout.startswith(f"forgot {own['CAUCE_PREFIX']}: ")
    assert not any((tmp_path / "demo").iterdir())
    unknown = run([CAUCE, "demo", "--forget", own["CAUCE_PREFIX"]], env=env)
    assert unknown.returncode == 2


def test_a_demo_that_finds_no_deployment_or_no_provider_says_so_at_once(broker, tmp_path):
    own = {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path), "CAUCE_PREFIX": f"none-{uuid4().hex[:8]}-"}
    env = {**os.environ, **own, "CAUCE_PAYMENTS_URL": "http://127.0.0.1:9"}

    for said in ("no deployment", "no payment provider answers at http://127.0.0.1:9"):
        attached = run([CAUCE, "demo", "--attach", "--json"], env=env)
        assert (attached.returncode, attached.stdout) == (2, "")
        assert said in attached.stderr
        assert "Traceback" not in attached.stderr
        run([CAUCE, "topics"], env=env)


def test_the_lines_that_a_demo_ends_with_work_as_they_are_copied(broker, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAUCE_")}
    own = {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path)}
    shown = run([CAUCE, "demo", "--orders", "5"], env={**env, **own})
    assert shown.returncode == 0, shown.stderr[-3000:]
    named, *lines = [line for before, line in pairwise(shown.stdout.splitlines()) if before.startswith("  # ")]
    orders, order, replay, twice, audit = (run(["sh", "-c", f"{named}\n{line}"], env=env) for line in lines)

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
