import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;

/**
 * Restores a store of Kafka Streams from its changelog and stops. One JSON line with the figures at the end.
 *
 * <p>Arguments: bootstrap servers, application id, store, source topic, partitions, state folder.
 */
public final class RestorePeer implements StateRestoreListener {
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong began = new AtomicLong();
  private final CountDownLatch left;

  private RestorePeer(int partitions) {
    left = new CountDownLatch(partitions);
  }

  public static void main(String[] args) throws Exception {
    RestorePeer listener = new RestorePeer(Integer.parseInt(args[4]));
    KafkaStreams streams = new KafkaStreams(topology(args), config(args));
    streams.setGlobalStateRestoreListener(listener);
    streams.start();
    listener.left.await();
    double seconds = (System.nanoTime() - listener.began.get()) / 1e9;
    System.out.printf("{\"records\":%d,\"seconds\":%.4f}%n", listener.records.get(), seconds);
    System.out.flush();
    Runtime.getRuntime().halt(0); // before it reads the source, which is not its business here
  }

  private static Properties config(String[] args) {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("num.stream.threads", "1");
    config.put("state.dir", args[5]);
    config.put("processing.guarantee", "exactly_once_v2");
    config.put("replication.factor", "1");
    config.put("consumer.auto.offset.reset", "earliest");
    config.put("restore.consumer.max.poll.records", "4000");
    config.put("restore.consumer.max.partition.fetch.bytes", String.valueOf(4 << 20));
    return config;
  }

  private static Topology topology(String[] args) {
    return new Topology()
        .addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), args[3])
        .addProcessor("reader", Reader::new, "source")
        .addStateStore(
            Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(args[2]), Serdes.ByteArray(), Serdes.ByteArray()),
            "reader");
  }

  private static final class Reader implements Processor<byte[], byte[], byte[], byte[]> {
    @Override
    public void process(Record<byte[], byte[]> record) {}
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
    began.compareAndSet(0, System.nanoTime());
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long count) {
    records.addAndGet(count);
    left.countDown();
  }
}
