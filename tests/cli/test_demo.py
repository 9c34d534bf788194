"""The demo as a command: its prefix, what stops it, what it leaves behind and how that is removed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cauce.cli import main
from cauce.cli.demo_deployment import own
from cauce.cli.demo_faults import Unplayable, said_plainly
from cauce.cli.demo_left import left, to_copy
from cauce.cli.demo_past import existing_topics, home_of, playing
from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, administering, create_topics

CAUCE = Path(sys.executable).with_name("cauce")
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("CAUCE_") and name != "CAUCE_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "home"))
    return monkeypatch


@pytest.fixture
def demo():
    return lambda *arguments: CliRunner().invoke(main, ("demo", *map(str, arguments)))


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def is_one_plain_line(result, *said):
    lines = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 1), result.output
    assert lines[0].startswith("Error: ")
    assert all(words in lines[0] for words in said), lines
    return True


def make(servers, home, prefix, *names):
    """What a past demo leaves: a folder, and some topics."""
    settings = Settings(servers=servers, prefix=prefix, home=home_of(home, prefix))
    settings.home.mkdir(parents=True)
    asyncio.run(create_topics(servers, settings, [TopicSpec(name, 1, {}) for name in names]))
    return settings


def there(settings):
    return asyncio.run(existing_topics(settings))


def remove(settings):
    async def deleting():
        async with administering(settings.servers) as admin:
            await admin.delete_topics(await existing_topics(settings))

    asyncio.run(deleting())


def test_a_file_that_is_not_there_is_one_line_and_exit_code_2(demo, tmp_path):
    assert is_one_plain_line(demo("--input", tmp_path / "absent.csv"), "absent.csv")


def test_a_broken_file_is_one_line_that_names_its_place(demo, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text(HEADER + "536365,85123A,HEART,six,2010-12-01 08:26:00,2.55,17850,United Kingdom\n")
    assert is_one_plain_line(demo(broken), "broken.csv", "line 2", "Quantity")


def test_a_file_without_an_order_is_one_line(demo, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text(HEADER)
    assert is_one_plain_line(demo(empty))


def test_a_broker_that_does_not_answer_is_one_line(demo, environment):
    environment.setenv("CAUCE_SERVERS", "127.0.0.1:1")
    assert is_one_plain_line(demo(), "No broker answers at 127.0.0.1:1")


def test_a_home_that_is_a_file_is_one_line(demo, home):
    home.write_text("")
    assert is_one_plain_line(demo(), str(home))


def test_a_fault_without_words_of_its_own_is_named():
    with pytest.raises(Unplayable, match=r"^TimeoutError; logs: there$"), said_plainly(hint="logs: there"):
        raise TimeoutError


def test_a_fault_of_our_own_keeps_its_trace():
    with pytest.raises(KeyError), said_plainly():
        raise KeyError


def test_demos_of_the_same_second_have_prefixes_of_their_own(broker, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    assert len({own().prefix for _ in range(5)}) == 5


def test_a_prefix_that_has_topics_is_refused_before_anything_starts(broker, demo, prefix, home, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    environment.setenv("CAUCE_PREFIX", prefix)
    others = Settings(servers=broker, prefix=prefix)
    asyncio.run(create_topics(broker, others, [TopicSpec("captured", 1, {})]))

    assert is_one_plain_line(demo("--orders", 5), prefix, broker, "CAUCE_PREFIX")
    assert not home.exists()
    remove(others)


def test_a_prefix_of_a_past_demo_is_refused_with_the_line_that_removes_it(broker, demo, prefix, home, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    environment.setenv("CAUCE_PREFIX", prefix)
    make(broker, home, prefix, "captured")

    assert is_one_plain_line(demo("--orders", 5), f"CAUCE_HOME={home} ", f"demo --forget {prefix}`")
    assert demo("--forget", prefix).exit_code == 0


def test_forgetting_removes_the_topics_and_files_of_that_demo_alone(broker, demo, prefix, home, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    past = make(broker, home, prefix, "captured", "refunded")
    other = make(broker, home, f"{prefix}other-", "captured")

    told = demo("--forget", prefix)

    assert (told.exit_code, told.stdout) == (0, f"forgot {prefix}: 2 topics on {broker}, and {past.home}\n")
    assert not there(past)
    assert not past.home.exists()
    assert there(other) == [f"{prefix}other-captured"]
    assert other.home.exists()
    assert f"forgot {other.prefix}" in demo("--forget", "all").stdout
    assert not there(other)
    assert demo("--forget", "all").stdout == f"no demo was played in {home}\n"


def test_what_no_demo_made_is_not_forgotten(broker, demo, prefix, home, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    production = Settings(servers=broker, prefix=prefix, home=home)
    asyncio.run(create_topics(broker, production, [TopicSpec("captured", 1, {})]))

    assert is_one_plain_line(demo("--forget", prefix), f"{prefix} is no demo of {home}")
    assert there(production)
    assert is_one_plain_line(demo("--forget", ""))
    assert is_one_plain_line(demo("--forget", "../home"))
    remove(production)


def test_a_demo_that_is_being_played_is_not_forgotten(broker, demo, prefix, home, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    past = make(broker, home, prefix, "captured")
    with playing(past):
        assert is_one_plain_line(demo("--forget", "all"), prefix, "is being played")
        assert there(past)
    assert demo("--forget", "all").exit_code == 0


def test_one_can_only_attach_to_what_is_there(broker, demo, prefix, environment):
    environment.setenv("CAUCE_SERVERS", broker)
    environment.setenv("CAUCE_PREFIX", prefix)
    environment.setenv("CAUCE_PAYMENTS_URL", "http://127.0.0.1:1")
    assert is_one_plain_line(demo("--attach"), "no deployment", "cauce up")
    deployment = Settings()
    asyncio.run(create_topics(broker, deployment, [TopicSpec("captured", 1, {})]))
    assert is_one_plain_line(demo("--attach"), "no payment provider answers at http://127.0.0.1:1")
    remove(deployment)


def test_lines_to_copy_say_again_what_the_environment_said(tmp_path):
    settings = Settings(servers="127.0.0.1:9092", prefix="demo-1-", home=tmp_path / "a home")
    ends = [line for line in left(settings) if "broker stop`" in line or "--forget" in line]
    assert len(ends) == 2
    assert all(f"`CAUCE_HOME={tmp_path / 'home'} " in line for line in ends)
    assert f"CAUCE_HOME='{tmp_path / 'a home'}'" in to_copy(settings)["first, which deployment is meant"]


def test_a_named_broker_is_not_said_to_be_ended_by_us(environment):
    environment.setenv("CAUCE_SERVERS", "127.0.0.1:9092")
    settings = Settings(prefix="demo-1-")
    assert not any("broker stop" in line for line in left(settings))


@pytest.mark.timeout(300)
def test_ctrl_c_ends_a_demo_with_what_has_been_till_then(broker, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAUCE_")}
    env |= {"CAUCE_SERVERS": broker, "CAUCE_HOME": str(tmp_path), "CAUCE_PREFIX": f"ended-{os.getpid()}-"}
    asked = [CAUCE, "demo", "--orders", "5", "--keep-running", "--json"]
    with subprocess.Popen(asked, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as playing_on:
        said = []
        for line in playing_on.stderr:
            said.append(line)
            if "until everything is settled" in line:
                playing_on.send_signal(signal.SIGINT)
        found = json.loads(playing_on.stdout.read())
    forget = next(line for line in said if "--forget" in line).split("`")[1]
    shell = {name: value for name, value in env.items() if not name.startswith("CAUCE_")}
    forgotten = subprocess.run(["sh", "-c", forget], env=shell, text=True, capture_output=True, check=False)

    assert found["orders"]["received"] == found["orders"]["placed"] == 5
    assert playing_on.returncode == (1 if found["audit"]["violations"] else 0)
    assert not any("Traceback" in line for line in said), said
    assert forgotten.stdout.startswith(f"forgot {env['CAUCE_PREFIX']}: "), forgotten.stderr
    assert not list((tmp_path / "demo").iterdir())
