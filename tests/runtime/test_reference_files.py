"""Reference data as files: what is wrong is named by file, line and column, all of it at once."""

import os

import pytest

from cauce.runtime.reference.flaws import LISTED, BrokenFile
from cauce.runtime.reference.reference_files import BYTES_A_PART, FILES, published, read_folder
from schemas.reference import Kind, Product

SITES = "id,name,country,latitude,longitude\n"
VENLO = "VENLO,Venlo,NL,51.37,6.17\n"
RATES = "id,carrier,service,domestic,base,per_kilogram,currency,max_weight_grams,transit_days\n"
POLICY = """\
currencies: [GBP, EUR]
deliver_within_days: {standard: 7, express: 2}
return_window_days: 30
returns_site: VENLO
"""


@pytest.fixture
def flaws(tmp_path):
    """What is found wrong with files of these contents, a line each."""

    def flaws(**contents):
        for name, content in contents.items():
            path = tmp_path / (f"{name}.yaml" if name in ("policy", "holds", "addressees") else f"{name}.csv")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(BrokenFile) as broken:
            read_folder(tmp_path)
        return [str(flaw) for flaw in broken.value.flaws]

    return flaws


def test_every_kind_is_read_from_its_file(tmp_path):
    (tmp_path / "sites.csv").write_text(SITES + VENLO)
    (tmp_path / "kits.csv").write_text("id,kit,component,quantity,share\nset-1,SET,A,2,100\n")
    (tmp_path / "products.csv").write_text("id,weight_grams,name\nA,10,\nB,10,\n")
    (tmp_path / "substitutes.csv").write_text("id,sku,substitute,rank,consent\n1,A,B,1,yes\n")
    (tmp_path / "rates.csv").write_text(RATES + "one,DPD,Classic,yes,500,100,GBP,30000,2\n")
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "stocking.csv").write_text("id,unit_value,currency\nA,250,EUR\n")
    (tmp_path / "safety.csv").write_text("id,sku,site,channel,units\nshop,A,VENLO,,5\n")
    (tmp_path / "lots.csv").write_text("id,least_days\nA,10\n")
    (tmp_path / "buying.csv").write_text("id,lead_days,slow_after_days,currency\n*,14,,\ncategory:lamps,,60,GBP\n")
    (tmp_path / "holds.yaml").write_text("rules:\n  - {id: risky, kind: risk, risk_at_least: 80, release_by: [risk]}\n")
    hours = "  VENLO:\n    time_zone: Europe/Amsterdam\n    cutoffs: {standard: '14:00'}\n"
    way = "  - {carrier: dpd, option: standard, days: 1}\n"
    (tmp_path / "promises.yaml").write_text(f"sites:\n{hours}transit:\n{way}")
    (tmp_path / "addressees.yaml").write_text("teams: {buyers: {hears: [low]}}")
    found = read_folder(tmp_path)
    ids = [found[kind][0].id for kind in FILES]
    assert ids == [
        "VENLO",
        "A",
        "set-1",
        "1",
        "one",
        "policy",
        "A",
        "shop",
        "A",
        "*",
        "holds",
        "promises",
        "addressees",
    ]
    assert (found[Kind.STOCKING][0].unit_value.amount, found[Kind.SAFETY][0].units) == (250, 5)
    assert found[Kind.SITES][0].coordinates.longitude == 6.17
    assert found[Kind.PRODUCTS][0].name == ""
    assert (found[Kind.RATES][0].base.amount, found[Kind.RATES][0].per_kilogram.currency) == (500, "GBP")


def test_no_kit_is_part_of_a_kit_so_that_none_is_within_itself(flaws):
    assert flaws(kits="id,kit,component,quantity,share\n1,SET,BOX,1,1\n2,BOX,CUP,6,1\n3,LOOP,LOOP,1,1\n") == [
        "kits.csv, column component: row 1: BOX is a kit, and no kit is part of one: name what it is made of",
        "kits.csv, column component: row 3: LOOP is a kit, and no kit is part of one: name what it is made of",
    ]


def test_a_kit_has_each_component_once_with_a_price_and_of_known_goods(flaws):
    rows = "1,SET,CUP,1,1\n2,SET,CUP,1,1\n3,FREE,CUP,1,0\n4,ODD,LAMP,1,1\n"
    assert flaws(products="id,weight_grams\nCUP,1\n", kits=f"id,kit,component,quantity,share\n{rows}") == [
        "kits.csv: kit SET has CUP in 2 rows: say it once, with the quantity of all",
        "kits.csv, column share: kit FREE has no share above 0: what it costs must be some component's",
        "kits.csv, column component: row 4: LAMP is not in products.csv",
    ]


def test_a_substitute_is_another_known_sku_said_once_and_no_kit(flaws):
    rows = "1,CUP,CUP,\n2,CUP,MUG,\n3,CUP,MUG,2\n4,SET,CUP,\n"
    kits = "id,kit,component,quantity,share\n1,SET,CUP,1,1\n"
    assert flaws(kits=kits, substitutes=f"id,sku,substitute,rank\n{rows}") == [
        "substitutes.csv, column substitute: row 1: expected another sku than CUP itself",
        "substitutes.csv: row 3: MUG in place of CUP is said before",
        "substitutes.csv: row 4: SET is a kit, which has no substitutes and is none",
    ]
    assert flaws(products="id,weight_grams\nCUP,1\n", kits=kits, substitutes="id,sku,substitute\n1,CUP,MUG\n") == [
        "substitutes.csv: row 1: MUG is not in products.csv"
    ]


def test_what_is_wrong_with_a_row_as_a_whole_is_told_by_its_line(flaws):
    assert flaws(buying="id,slow_from,lead_days,review_days\nA,,,\nB,,,3\nC,5,1,\ncategory:,,1,\nD,,-1,\n") == [
        "buying.csv, line 2: expected cover_below_days, slow_after_days or lead_days, found none of them",
        "buying.csv, line 3: expected lead_days where there are review_days: what to buy follows from both",
        "buying.csv, line 4: expected slow_after_days and a currency where there is slow_from",
        "buying.csv, line 5, column id: expected a sku, category: and a category, or *, found 'category:'",
        "buying.csv, line 6, column lead_days: expected greater than or equal to 0, found '-1'",
    ]


def test_the_mark_that_spreadsheets_put_before_a_text_is_no_part_of_it(tmp_path):
    (tmp_path / "sites.csv").write_text("\ufeff" + SITES + VENLO)
    (tmp_path / "policy.yaml").write_text("\ufeff" + POLICY)
    found = read_folder(tmp_path)
    assert (found[Kind.SITES][0].id, found[Kind.POLICY][0].return_window_days) == ("VENLO", 30)


def test_a_missing_column_is_named_with_those_that_are_there(flaws):
    assert flaws(sites="id,name,country,latitude\nVENLO,Venlo,NL,51.37\n") == [
        "sites.csv, line 1, column longitude: expected in the header, which has id, name, country, latitude"
    ]
    assert flaws(sites=SITES + VENLO, rates=RATES.replace("currency,", "") + "one,DPD,C,yes,5,1,30,2\n")[0].startswith(
        "rates.csv, line 1, column currency: expected in the header"
    )


def test_an_unknown_column_is_refused_with_those_known_and_the_likeliest(flaws):
    assert flaws(products="id,weigth_grams,weight_grams\nA,1,2\n") == [
        (
            "products.csv, line 1, column weigth_grams: it is not known, did you mean weight_grams? "
            "expected some of id, name, weight_grams"
        )
    ]
    assert flaws(products="id,zzz,weight_grams\nA,1,2\n") == [
        "products.csv, line 1, column zzz: it is not known; expected some of id, name, weight_grams"
    ]


def test_a_column_without_a_name_or_twice_is_refused(flaws):
    assert flaws(products="id,weight_grams,\nA,1,2\n")[0].startswith(
        "products.csv, line 1, column 3 without a name: it is not known"
    )
    assert flaws(products="id,weight_grams,id\nA,1,A\n") == [
        "products.csv, line 1, column id: expected once, found again"
    ]


def test_semicolons_are_not_taken_for_one_long_column(flaws):
    assert flaws(products="id;weight_grams\nA;1\n") == [
        "products.csv, line 1: expected commas between the cells, found 'id;weight_grams'"
    ]


def test_short_and_long_rows_are_named_by_their_lines(flaws):
    assert flaws(products="id,weight_grams\nA\n\nB,1,2\n") == [
        "products.csv, line 2: expected 2 cells as in the header, found 1",
        "products.csv, line 4: expected 2 cells as in the header, found 3",
    ]


def test_a_row_that_spans_lines_is_named_by_its_first(flaws):
    assert flaws(products='id,name,weight_grams\nA,"of two\nlines",1\nB,,none\n') == [
        "products.csv, line 4, column weight_grams: expected a valid integer, found 'none'"
    ]


def test_an_open_quote_does_not_swallow_the_rest(flaws):
    assert flaws(products='id,weight_grams\nA,x\n"B,1\nC,2\n') == [
        "products.csv, line 2, column weight_grams: expected a valid integer, found 'x'",
        "products.csv, line 3: expected a row of CSV: unexpected end of data",
    ]


@pytest.mark.parametrize("cell", ["91", "nan", "inf", "north"])
def test_a_latitude_that_is_none_is_named_by_its_column(flaws, cell):
    (flaw,) = flaws(sites=f"{SITES}VENLO,Venlo,NL,{cell},6.17\n")
    assert flaw.startswith("sites.csv, line 2, column latitude: expected ")
    assert flaw.endswith(f"found '{cell}'")


def test_an_empty_cell_is_no_value(flaws):
    assert flaws(rates=RATES + "one,DPD, ,yes,500,100,,30000,2\n") == [
        "rates.csv, line 2, column service: expected a value, found none",
        "rates.csv, line 2, column currency: expected a value, found none",
    ]


def test_an_id_that_stands_twice_is_named_with_both_lines(flaws):
    assert flaws(products="id,weight_grams\nA,1\nB,1\nA,2\n") == [
        "products.csv, line 4, column id: expected an id of its own, found 'A' of line 2 again"
    ]


@pytest.mark.parametrize("content", [SITES, SITES.strip(), SITES + "\n\n"])
def test_a_header_alone_is_not_a_publication_of_nothing(flaws, content):
    (flaw,) = flaws(sites=content)
    assert flaw.startswith("sites.csv: expected one item at least")


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n"])
def test_an_empty_file_is_told_its_header(flaws, content):
    assert flaws(sites=content) == [
        "sites.csv: it is empty; expected a header of id, name, country, latitude, longitude"
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_named_by_line_and_byte(flaws, encoding):
    lines = {"latin-1": (2, "E9"), "utf-16": (1, "FF")}
    line, byte = lines[encoding]
    assert flaws(sites=(SITES + "A,Orléans,FR,47.9,1.9\n").encode(encoding)) == [
        f"sites.csv, line {line}: expected text in UTF-8, found the byte 0x{byte}; save it as UTF-8"
    ]


def test_bytes_that_are_no_text_are_refused(flaws):
    assert flaws(sites=SITES.encode() + b"A,\x00,NL,1,1\n", policy=b"PK\x03\x04") == [
        "sites.csv, line 2: expected text, found the control character U+0000",
        "policy.yaml, line 1: expected text, found the control character U+0003",
    ]


def test_what_is_no_file_is_refused(tmp_path, flaws):
    (tmp_path / "sites.csv").mkdir()
    (tmp_path / "rates.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "products.csv")
    assert flaws() == [
        "sites.csv: expected a file, found a folder",
        "products.csv: expected a file, found none",
        "rates.csv: expected a file, found none",
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [("- GBP\n", "a list"), ("hello\n", "'hello'"), ("", "nothing"), ("# later\n", "nothing"), ("30\n", "30")],
)
def test_a_policy_that_is_no_mapping_is_told_its_fields(flaws, content, found):
    (flaw,) = flaws(policy=content)
    assert flaw.startswith("policy.yaml, line 1: expected a mapping of id, currencies")
    assert flaw.endswith(f"found {found}")


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        ("a: [\n", "policy.yaml, line 2: expected YAML: expected the node content, but found '<stream end>'"),
        ("a: 1\nb: !!python/object:os.system {}\n", "policy.yaml, line 2: expected YAML: could not determine a"),
        ("a: 1\n---\nb: 2\n", "policy.yaml, line 2: expected YAML: but found another document"),
        ("a: 2023-02-31\n", "policy.yaml: expected YAML: day"),
        ("[" * 5000, "policy.yaml: expected YAML: "),
        (POLICY + "returns_site: B\n", "policy.yaml, line 5: expected YAML: returns_site stands here again"),
    ],
)
def test_what_is_no_yaml_is_named_by_its_line(flaws, content, flaw):
    (found,) = flaws(policy=content)
    assert found.startswith(flaw)


def test_all_that_is_wrong_with_a_policy_is_listed_by_line(flaws):
    wrong = POLICY.replace("30", "-1").replace("GBP", "XXX").replace("standard:", "slow:") + "retrun_site: A\n"
    assert flaws(policy=wrong) == [
        "policy.yaml, line 1, column currencies.0: XXX is not a currency of ISO 4217",
        "policy.yaml, line 2, column deliver_within_days.slow: expected 'standard' or 'express', found 'slow'",
        "policy.yaml, line 3, column return_window_days: expected greater than 0, found -1",
        (
            "policy.yaml, line 5, column retrun_site: it is not known, did you mean returns_site? "
            "expected some of id, currencies, deliver_within_days, return_window_days, returns_site"
        ),
    ]


def test_all_files_are_checked_before_anything_is_said(flaws):
    found = flaws(sites=SITES, products="id\nA\n", rates=RATES + "one\n", policy="- 1\n")
    assert [flaw.partition(",")[0].partition(":")[0] for flaw in found] == [
        "sites.csv",
        "products.csv",
        "rates.csv",
        "policy.yaml",
    ]


def test_of_a_file_that_is_all_wrong_the_first_flaws_are_listed_and_the_others_files_too(flaws):
    found = flaws(products="id,weight_grams\n" + "A,x\n" * 500, policy="")
    assert len(found) == LISTED + 2
    assert found[LISTED] == f"products.csv: there is more; mend these {LISTED} first"
    assert found[-1].startswith("policy.yaml")


def test_a_folder_without_a_file_of_any_kind_is_told_their_names(flaws, tmp_path):
    (tmp_path / "site.csv").write_text(SITES + VENLO)
    (flaw,) = flaws()
    tables = "sites.csv, products.csv, kits.csv, substitutes.csv, rates.csv, policy.yaml, stocking.csv, safety.csv"
    more = "lots.csv, buying.csv, holds.yaml, promises.yaml, addressees.yaml"
    assert flaw.endswith(f"expected {tables}, {more}, or some of them, found none")


def test_long_items_make_more_parts_so_that_a_broker_takes_each():
    parts = published(Kind.PRODUCTS, [Product(id=str(n), name="x" * 5000, weight_grams=1) for n in range(500)])
    assert sum(len(part.items) for part in parts) == 500
    assert max(len(part.to_bytes()) for part in parts) < BYTES_A_PART + 10_000
