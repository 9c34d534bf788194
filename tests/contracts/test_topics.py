"""The table of topics keeps its own rules: one writer a fact, one decider a command, names of one form."""

import re

import pytest

from schemas.raw import FORMS, RawTopic
from schemas.topics import BY_NAME, HOME, TOPICS, Family, TopicKind

NAME = re.compile(r"[a-z]+(-[a-z]+)*")
MANY_WRITERS = {
    "stock-commands": {"allocation-front", "allocation-door", "publisher", "clock"},
    "intake-commands": {"intake-door", "intake-supplements"},
}
OUR_KINDS = [kind for kind in TopicKind if kind is not TopicKind.RAW]

every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def test_no_topic_stands_twice():
    assert len(BY_NAME) == len(TOPICS)


@every_topic
def test_names_are_hyphenated_without_dots_or_underscores(topic):
    assert NAME.fullmatch(topic.name), "a broker's metrics cannot tell dots from underscores"


@every_topic
def test_a_topic_has_one_writer_or_its_several_are_named_here(topic):
    writers = set(topic.writer.split())
    assert len(writers) == 1 or writers == MANY_WRITERS[topic.name]


@every_topic
def test_only_raw_topics_are_written_by_outsiders(topic):
    assert (topic.writer == "outside") == (topic.kind is TopicKind.RAW)


@every_topic
def test_a_command_topic_has_one_decider(topic):
    if topic.kind in (TopicKind.RAW, TopicKind.COMMAND, TopicKind.EFFECT):
        assert len(topic.readers) == 1


@every_topic
def test_no_reader_stands_twice(topic):
    assert len(set(topic.readers)) == len(topic.readers)


@every_topic
def test_a_topic_says_what_it_is_about(topic):
    assert topic.about
    assert topic.about == topic.about.strip().rstrip(".")


def test_raw_topics_have_forms_and_all_others_have_messages():
    assert {topic.name for topic in TOPICS if topic.kind is TopicKind.RAW} == set(RawTopic) == set(FORMS)
    for kind in OUR_KINDS:
        assert all(topic.messages for topic in TOPICS if topic.kind is kind)


def test_a_message_is_at_home_on_one_topic():
    homes = [
        (message, topic.name)
        for topic in TOPICS
        for message in topic.messages
        if topic.kind not in (TopicKind.RESULT, TopicKind.TIME, TopicKind.REFERENCE)
    ]
    several = {message for message, _ in homes if sum(one is message for one, _ in homes) > 1}
    assert not several
    assert set(HOME.items()) <= set(homes)


def test_the_topics_of_a_pool_are_keyed_by_it():
    for topic in TOPICS:
        if topic.family is Family.POOLS:
            assert {message.key for message in topic.messages} <= {"pool", "kind", "clock"}
