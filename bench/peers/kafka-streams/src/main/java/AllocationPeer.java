import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The keeper's job in Kafka Streams, exactly-once, with RocksDB. One JSON line with the figures at the end.
 *
 * <p>Arguments: bootstrap servers, application id, source topic, topic of promises, topic of the ledger, orders,
 * partitions, threads, state folder; one more where the job has a policy.
 */
public final class AllocationPeer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AllocationPeer() {}

  public static void main(String[] args) throws Exception {
    long orders = Long.parseLong(args[5]);
    Progress progress = new Progress(orders);
    Properties config = config(args);
    KafkaStreams streams = new KafkaStreams(topology(args, progress), config);
    streams.setUncaughtExceptionHandler(e -> {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
      return null;
    });
    streams.start();
    progress.finished.await();
    double processed = progress.secondsToLast();
    awaitCommit(args);
    double committed = progress.secondsToNow();
    streams.close();
    System.out.printf("{\"orders\":%d,\"processed_seconds\":%.4f,\"seconds\":%.4f}%n", orders, processed, committed);
  }

  private static Properties config(String[] args) {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("num.stream.threads", args[7]);
    config.put("state.dir", args[8]);
    config.put("processing.guarantee", "exactly_once_v2");
    config.put("replication.factor", "1");
    config.put("consumer.auto.offset.reset", "earliest");
    config.put("consumer.max.poll.records", "4000");
    config.put("consumer.max.partition.fetch.bytes", String.valueOf(4 << 20));
    config.put("producer.linger.ms", "5");
    config.put("producer.batch.size", String.valueOf(256 << 10));
    return config;
  }

  private static Topology topology(String[] args, Progress progress) {
    boolean ruled = args.length > 9;
    Topology topology = new Topology()
        .addSource("commands", new ByteArrayDeserializer(), new ByteArrayDeserializer(), args[2])
        .addProcessor("keeper", () -> new Keeper(progress, ruled), "commands")
        .addStateStore(store(Keeper.POSITIONS, new PositionSerde()), "keeper")
        .addStateStore(store(Keeper.ORDERS, json(Messages.OrderRow.class)), "keeper")
        .addStateStore(store(Keeper.SEQUENCE, Serdes.Long()), "keeper")
        .addSink("allocated", args[3], new StringSerializer(), new ByteArraySerializer(), "keeper")
        .addSink("moved", args[4], new StringSerializer(), new ByteArraySerializer(), "keeper");
    return ruled ? topology.addStateStore(store(Keeper.LOADS, json(Messages.Today.class)), "keeper") : topology;
  }

  private static <V> StoreBuilder<?> store(String name, Serde<V> values) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), values)
        .withCachingEnabled();
  }

  private static <V> Serde<V> json(Class<V> kind) {
    return Serdes.serdeFrom(
        (topic, row) -> {
          try {
            return row == null ? null : JSON.writeValueAsBytes(row);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        (topic, value) -> {
          try {
            return value == null ? null : JSON.readValue(value, kind);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Six numbers of eight bytes. */
  private static final class PositionSerde extends Serdes.WrapperSerde<Messages.Position> {
    PositionSerde() {
      super(
          (topic, row) -> row == null ? null : ByteBuffer.allocate(48).putLong(row.onHand()).putLong(row.free())
              .putLong(row.reserved()).putLong(row.picked()).putLong(row.packed()).putLong(row.quarantined()).array(),
          (topic, value) -> {
            if (value == null) {
              return null;
            }
            ByteBuffer row = ByteBuffer.wrap(value);
            return new Messages.Position(
                row.getLong(), row.getLong(), row.getLong(), row.getLong(), row.getLong(), row.getLong());
          });
    }
  }

  /** Return once the group has committed every record of the source. */
  private static void awaitCommit(String[] args) throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (int number = 0; number < Integer.parseInt(args[6]); number++) {
      latest.put(new TopicPartition(args[2], number), OffsetSpec.latest());
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      var ends = admin.listOffsets(latest).all().get();
      while (true) {
        Map<TopicPartition, OffsetAndMetadata> committed =
            admin.listConsumerGroupOffsets(args[1]).partitionsToOffsetAndMetadata().get();
        if (ends.entrySet().stream().allMatch(end -> committed.containsKey(end.getKey())
            && committed.get(end.getKey()).offset() >= end.getValue().offset())) {
          return;
        }
        Thread.sleep(5);
      }
    }
  }
}
