import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** CloudEvents in binary mode as Cauce writes it: derived ids (RFC 9562, version 5) and the cause's time. */
final class Envelope {
  private static final String SEPARATOR = "\u001f";
  private static final UUID URL = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");
  private static final Header SPECVERSION = constant("ce_specversion", "1.0");
  private static final Header RELEASE = constant("ce_release", "bench");
  private static final Header CONTENT = constant("content-type", "application/json");

  private final MessageDigest sha1;
  private final byte[] namespace;
  private final Header source;

  Envelope(int partition) {
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    namespace = bytes(named(bytes(URL), "cauce:events"));
    source = constant("ce_source", "/cauce/allocation/keeper/" + partition);
  }

  /** The headers of an event that follows from the record with these headers. */
  Headers of(Headers cause, String type, String naturalKey, String subject, long sequence) {
    byte[] causeId = value(cause, "ce_id");
    String name = String.join(SEPARATOR, text(causeId), "allocation", type, naturalKey);
    return new RecordHeaders(new Header[] {
      SPECVERSION,
      new RecordHeader("ce_id", utf8(named(namespace, name).toString())),
      new RecordHeader("ce_type", utf8(type)),
      source,
      new RecordHeader("ce_subject", utf8(subject)),
      new RecordHeader("ce_sequence", utf8(Long.toString(sequence))),
      new RecordHeader("ce_time", value(cause, "ce_time")),
      RELEASE,
      new RecordHeader("ce_causationid", causeId),
      CONTENT,
    });
  }

  static byte[] value(Headers headers, String name) {
    return headers.lastHeader(name).value();
  }

  static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  private UUID named(byte[] space, String name) {
    sha1.update(space);
    ByteBuffer hash = ByteBuffer.wrap(sha1.digest(utf8(name)));
    long high = hash.getLong() & 0xffffffffffff0fffL | 0x5000L;
    long low = hash.getLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low);
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array();
  }

  private static Header constant(String name, String value) {
    return new RecordHeader(name, utf8(value));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
