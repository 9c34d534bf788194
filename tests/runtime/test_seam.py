"""What the lane takes for granted of Faust, mode, aiokafka and rocksdict, at the versions that are pinned."""

import inspect
from importlib.metadata import version

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import CoordinatorGroupRebalance, GroupCoordinator
from aiokafka.producer import message_accumulator, sender
from faust.stores import rocksdb
from faust.tables.manager import TableManager
from faust.tables.recovery import RebalanceAgain, Recovery, ServiceStopped
from faust.transport.consumer import Consumer
from faust.transport.drivers import aiokafka as driver

PINNED = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0", "rocksdict": "0.3.29"}


@pytest.mark.parametrize(("package", "pinned"), PINNED.items())
def test_the_private_names_were_read_at_these_versions(package, pinned):
    assert version(package) == pinned, "read the seam again before changing the pin"


SIGNATURES = {
    driver.AIOKafkaConsumerThread._create_worker_consumer: ["self", "transport"],
    driver.Consumer._new_consumer_thread: ["self"],
    driver.ConsumerRebalanceListener.on_partitions_assigned: ["self", "assigned"],
    driver.AIOKafkaConsumerThread.on_thread_stop: ["self"],
    driver.AIOKafkaConsumerThread._fetch_records: ["self", "consumer", "active_partitions", "timeout", "max_records"],
    driver.Consumer._drain_messages: ["self", "fetcher"],
    Consumer.wait_empty: ["self"],
    Consumer.perform_seek: ["self"],
    Consumer.verify_all_partitions_active: ["self"],
    driver.Consumer._getmany: ["self", "active_partitions", "timeout"],
    driver.Consumer.seek_wait: ["self", "partitions"],
    Recovery.on_partitions_revoked: ["self", "revoked"],
    Recovery.on_recovery_completed: ["self", "generation_id"],
    Recovery._wait: ["self", "coro", "timeout"],
    Recovery._set_recovery_started: ["self"],
    Recovery._restart_recovery.fun: ["self"],
    Recovery._slurp_changelogs.fun: ["self"],
    TableManager.on_start: ["self"],
    TableManager._update_channels: ["self"],
    TableManager.on_rebalance: ["self", "assigned", "revoked", "newly_assigned", "generation_id"],
    faust.App._new_transport: ["self"],
    faust.App.on_stop: ["self"],
    faust.App.crash: ["self", "reason"],
    rocksdb.Store._db_for_partition: ["self", "partition"],
    rocksdb.Store.partition_path: ["self", "partition"],
    AIOKafkaProducer.create_batch: ["self"],
    AIOKafkaProducer.send_batch: ["self", "batch", "topic", "partition"],
    AIOKafkaProducer.begin_transaction: ["self"],
    AIOKafkaProducer.send_offsets_to_transaction: ["self", "offsets", "group_id"],
    AIOKafkaProducer.commit_transaction: ["self"],
    AIOKafkaClient._wait_on_metadata: ["self", "topic"],
    message_accumulator.BatchBuilder._set_producer_state: ["self", "producer_id", "producer_epoch", "base_sequence"],
    message_accumulator.BatchBuilder._build: ["self"],
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_what_is_called_or_replaced_has_the_parameters_we_know(function):
    assert list(inspect.signature(function).parameters) == SIGNATURES[function]


SOURCE_SAYS = {
    "Faust suspends before it waits for what is under way": (
        faust.App._on_partitions_revoked,
        ["self.tables.on_partitions_revoked", "stop_flow", "self._consumer_wait_empty"],
    ),
    "Faust hands the assignment to tables after the group's": (
        faust.App._on_partitions_assigned,
        ["self._update_assignment", "self.tables.on_rebalance"],
    ),
    "Faust stops consuming before it closes tables": (
        faust.App._stop_consumer,
        ["self.tables.on_partitions_revoked", "stop_flow", "self._consumer_wait_empty", "self.tables.stop"],
    ),
    "Faust seeks before it resumes": (
        Recovery.on_recovery_completed,
        ["consumer.perform_seek", "self.app.flow_control.resume", "consumer.resume_flow"],
    ),
    "A rebalance is counted before anybody may wait for it": (
        faust.App.on_rebalance_start,
        ["self.rebalancing_count += 1"],
    ),
    "Transport makes the consumer named on the class": (driver.Transport.create_consumer, ["self.Consumer("]),
    "aiokafka's fetcher takes these two from the consumer": (
        AIOKafkaConsumer.start,
        ["fetch_max_wait_ms=self._fetch_max_wait_ms", "isolation_level=self._isolation_level"],
    ),
    "aiokafka begins its heartbeats after the word of an assignment, and has one at a time": (
        GroupCoordinator.ensure_active_group,
        ["self._stop_heartbeat_task()", "self._do_rejoin_group(", "self._start_heartbeat_task()"],
    ),
    "a second start of the heartbeats is none": (
        GroupCoordinator._start_heartbeat_task,
        ["if self._heartbeat_task is None"],
    ),
    "what a heartbeat hears during the word of an assignment is not forgotten": (
        CoordinatorGroupRebalance._send_sync_group_request,
        ["_rejoin_needed_fut = create_future()"],
    ),
    "aiokafka's fetcher hands records out in the step in which it takes them, and waits in another": (
        Fetcher.fetched_records,
        ["res_or_error.getall(", "return drained", "await asyncio.wait([waiter], timeout=timeout)"],
    ),
    "a static member does not leave": (
        GroupCoordinator._maybe_leave_group,
        ["self._group_instance_id is None", "LeaveGroupRequest("],
    ),
    "a member that was given up joins as another": (
        GroupCoordinator.reset_generation,
        ["self.member_id = JoinGroupRequest.UNKNOWN_MEMBER_ID"],
    ),
    "who asks to join again is told what is his": (
        GroupCoordinator.need_rejoin,
        ["subscription.assignment is None or self._rejoin_needed_fut.done()"],
    ),
    "a fenced transaction fails as fenced": (
        sender.EndTxnHandler.handle_response,
        ["error_type is InvalidProducerEpoch", "raise ProducerFenced()"],
    ),
    "the sender's back-off after a transaction is a module's name": (
        sender.AddPartitionsToTxnHandler.handle_response,
        ["BACKOFF_OVERRIDE"],
    ),
}


@pytest.mark.parametrize("claim", SOURCE_SAYS)
def test_the_order_of_things_is_the_one_we_rely_on(claim):
    function, words = SOURCE_SAYS[claim]
    source = inspect.getsource(function)
    places = [source.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)


def test_a_store_of_faust_has_what_a_shelf_uses():
    assert rocksdb.Store.offset_key == b"__faust\0offset__"
    assert "self._dbs" in inspect.getsource(rocksdb.Store._db_for_partition)
    assert "self.rocksdb_options.open(" in inspect.getsource(rocksdb.Store._open_for_partition)
    assert {"block_cache_size", "write_buffer_size", "target_file_size_base", "bloom_filter_size"} <= set(
        inspect.signature(rocksdb.RocksDBOptions.__init__).parameters
    )


def test_the_signals_of_recovery_are_exceptions():
    assert issubclass(RebalanceAgain, Exception)
    assert issubclass(ServiceStopped, Exception)
