"""Kafka's own system tests on three brokers, killed as its own harness kills them, and their figures beside ours.

`copier` is kafkatest's transactions_test (TransactionalMessageCopier of kafka-tools); `streams` its streams_eos_test
(StreamsEosTest of the test jar of kafka-streams), which recomputes every output record itself.
"""
