"""Promise terms as a file: holidays written out, and what is wrong said with its line."""

from pathlib import Path

import pytest

from cauce.runtime.reference.flaws import BrokenFile
from cauce.runtime.reference.reference_files import published, read_folder
from schemas.reference import Kind

SHIPPED = Path(__file__).parents[2] / "deploy" / "reference"
GOOD = """\
sites:
  hub:
    time_zone: Europe/Berlin
    cutoffs: {standard: "14:00"}
    holidays: [DE-BY, ours]
transit:
  - {carrier: dhl, option: standard, days: 1}
holidays:
  ours: {"2026-07-01": founders day}
"""


def read(folder, text):
    (folder / "promises.yaml").write_text(text)
    (terms,) = read_folder(folder)[Kind.PROMISES]
    return terms


def test_holidays_of_a_country_are_written_out_beside_those_of_the_companys_own(tmp_path):
    days = read(tmp_path, GOOD).holidays
    assert days["DE-BY"]["2026-06-04"] == "Corpus Christi"
    assert days["ours"] == {"2026-07-01": "founders day"}


def test_the_terms_that_come_with_the_product_can_be_published():
    items = read_folder(SHIPPED)[Kind.PROMISES]
    assert len(published(Kind.PROMISES, items)) == 1
    assert items[0].holidays["GB-ENG"]["2026-12-28"] == "Boxing Day (observed)"


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("DE-XX", "DE-BY", "promises.yaml, line 5: DE-XX is not known; expected a country of ISO 3166"),
        ("Europe/Berln", "Europe/Berlin", "line 3, column sites.hub.time_zone: expected a time zone such as"),
        ("19:00", "14:00", "line 2, column sites.hub: standard is cut off at 19:00, after carriers came at 18:00"),
        ("2026-02-30", "2026-07-01", "line 9"),
        ("25:00", "14:00", "line 4"),
        ("cut_offs", "cutoffs", "line 4, column sites.hub.cut_offs: it is not known, did you mean cutoffs?"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, wrong, right, said):
    with pytest.raises(BrokenFile) as broken:
        read(tmp_path, GOOD.replace(right, wrong))
    assert said in str(broken.value)


def test_a_site_that_is_in_no_row_of_the_sites_is_named(tmp_path):
    (tmp_path / "sites.csv").write_text("id,name,country,latitude,longitude\nhall,Hall,DE,50,10\n")
    with pytest.raises(BrokenFile, match=r"line 2: hub is not known; no such site is in sites\.csv"):
        read(tmp_path, GOOD)
