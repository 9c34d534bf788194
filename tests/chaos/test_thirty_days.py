"""Thirty real days in a row, every service killed once on the way: too long for every change."""

import json
import os
import subprocess
import sys

import pytest

from cauce.runtime.settings import Settings

pytestmark = [pytest.mark.live, pytest.mark.timeout(3600)]


def test_thirty_days_under_kill_end_with_every_line_accounted_for(broker, tmp_path):
    days = sorted((Settings().data / "uci_online_retail").glob("*.csv"))
    done = subprocess.run(
        [sys.executable, "-m", "cauce", "demo", "--json", "--kill-each", *map(str, days)],
        env={**os.environ, "CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)

    assert len(days) == 30
    assert found["audit"]["violations"] == 0
    assert found["lines"]["input"] == 81667 == sum(n for what, n in found["lines"].items() if what != "input")
    assert found["orders"]["received"] == 3111
    assert found["orders"]["delivered"] == found["orders"]["placed"]
    assert found["returns"]["requested"] + found["returns"]["refused"] == 520
