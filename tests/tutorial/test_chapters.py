"""Every command of the tutorial is run as it stands there, on a smaller window of the same days."""

import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from cauce.cli.what_if_files import read_givens
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.reference.tables import read_table
from cauce.runtime.settings import CHECKOUT, Settings
from schemas.reference import Site

TUTORIAL = CHECKOUT / "docs" / "tutorial"
BLOCK, DAY, LINES = re.compile(r"```console\n(.*?)```", re.DOTALL), "2010-12-01.csv", 120
POSTAL = {"BELFAST": "BT3", "BRISTOL": "BS11", "DAVENTRY": "NN11", "GLASGOW": "G51", "VENLO": "5928"}
DATA = Settings().data


def commands(chapter):
    """What stands behind a prompt, in its order."""
    blocks = BLOCK.findall((TUTORIAL / chapter).read_text(encoding="utf-8"))
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def desk(tmp_path, broker, prefix):
    """A folder like the checkout, the beginning of one day as data, and the environment of who follows a chapter."""
    days = tmp_path / "data" / "uci_online_retail"
    days.mkdir(parents=True)
    first = (DATA / "uci_online_retail" / DAY).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (days / DAY).write_text("".join(first[:LINES]), encoding="utf-8")
    (tmp_path / "data" / "geonames_postal").symlink_to(DATA / "geonames_postal")
    (tmp_path / "docs").symlink_to(CHECKOUT / "docs")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    told = {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path / "home"), "CAUCE_DATA": str(tmp_path / "data")}
    return tmp_path, {**os.environ, **told}, prefix


@pytest.mark.timeout(600)
@pytest.mark.live
def test_the_chapter_on_policies_runs_as_it_stands(desk):
    folder, environment, prefix = desk
    script = "\n".join(["set -euo pipefail", *commands("01-policies.md")]).replace(
        "CAUCE_PREFIX=retail-", f"CAUCE_PREFIX={prefix}"
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = orjson.loads((folder / "cheapest.json").read_bytes())
    assert list(found["hashes"]) == ["recorded", "cheapest"]
    assert found["figures"]["orders"]["cheapest"] == found["figures"]["orders"]["recorded"] > 0
    assert {"BRISTOL", "BELFAST"} & set(found["sites"]["cheapest"])
    assert found["hashes"]["cheapest"] in (folder / "compared.html").read_text(encoding="utf-8")
    assert "cheapest@" in done.stdout.splitlines()[-1]
    forget = [folder / ".venv" / "bin" / "cauce", "demo", "--forget", prefix]
    subprocess.run(forget, cwd=folder, env=environment, check=True, capture_output=True)


def test_its_sites_stand_where_their_postal_codes_are():
    gazetteer = Gazetteer(DATA / "geonames_postal")
    for site in map(Site.model_validate, read_table(TUTORIAL / "policies" / "sites.csv", Site)):
        found = gazetteer.locate(site.country, POSTAL[site.id])
        assert site.coordinates == found.coordinates
        assert site.name.endswith(POSTAL[site.id])


def test_its_policies_and_closures_can_be_read():
    given = read_givens(sorted((TUTORIAL / "policies").iterdir()))
    assert [one.name for one in given] == ["cheapest", "fewest-splits", "nearest"]
    assert given[0].instead.names == ("sites", "sourcing", "closures")
