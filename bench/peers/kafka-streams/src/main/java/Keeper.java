import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The stock keeper of a pool: reference data, receipts and reservations in; promises and the ledger out. */
final class Keeper implements Processor<byte[], byte[], String, byte[]> {
  static final String POSITIONS = "positions";
  static final String ORDERS = "orders";
  static final String SEQUENCE = "sequence";
  static final String LOADS = "loads";
  private static final List<String> CRITERIA = List.of("splits", "distance");
  private static final long UNWEIGHED_GRAMS = 500;
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
  private static final ObjectReader RESERVE = JSON.readerFor(Messages.Reserve.class);
  private static final ObjectReader RECEIVE = JSON.readerFor(Messages.Receive.class);
  private static final ObjectReader PUBLISHED = JSON.readerFor(Messages.Published.class);
  private static final ObjectWriter ALLOCATED = JSON.writerFor(Messages.Allocated.class);
  private static final ObjectWriter MOVED = JSON.writerFor(Messages.Moved.class);

  private final Progress progress;
  private final boolean ruled;
  private final Map<String, Messages.Item> products = new HashMap<>();
  private final List<Messages.Item> sites = new ArrayList<>();
  private final Map<String, String> versions = new HashMap<>();
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, Messages.Position> positions;
  private KeyValueStore<String, Messages.OrderRow> orders;
  private KeyValueStore<String, Long> sequences;
  private KeyValueStore<String, Messages.Today> loads;
  private Messages.Item policy;
  private Messages.Item active;
  private Envelope envelope;
  private long sequence;

  Keeper(Progress progress, boolean ruled) {
    this.progress = progress;
    this.ruled = ruled;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    positions = context.getStateStore(POSITIONS);
    orders = context.getStateStore(ORDERS);
    sequences = context.getStateStore(SEQUENCE);
    loads = ruled ? context.getStateStore(LOADS) : null;
    Long known = sequences.get(SEQUENCE);
    sequence = known == null ? 0 : known;
    envelope = new Envelope(context.taskId().partition());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    try {
      switch (Envelope.text(Envelope.value(record.headers(), "ce_type"))) {
        case "stock.reserve.v1" -> {
          progress.began();
          reserve(record, RESERVE.readValue(record.value()));
          progress.ended();
        }
        case "stock.receive.v1" -> receive(record, RECEIVE.readValue(record.value()));
        case "reference.published.v1" -> learn(PUBLISHED.readValue(record.value()));
        case "reference.activated.v1" -> active = policy;
        default -> throw new IllegalStateException("not of this job: " + record.headers());
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    sequences.put(SEQUENCE, sequence);
  }

  private void learn(Messages.Published published) {
    versions.put(published.kind(), published.version());
    switch (published.kind()) {
      case "sites" -> {
        sites.addAll(published.items());
        sites.sort(Comparator.comparing(Messages.Item::id));
      }
      case "sourcing" -> policy = ruled(published.items().get(0));
      default -> published.items().forEach(item -> products.put(item.id(), item));
    }
  }

  /** Of its rules the last, which is for every customer of the job: the fewest splits, then the least distance. */
  private static Messages.Item ruled(Messages.Item policy) {
    Messages.Rule rule = policy.rules().get(policy.rules().size() - 1);
    List<Object> by = rule.criteria().stream().map(one -> one.get("by")).toList();
    if (!by.equals(CRITERIA) || !rule.unfilled().equals("part_ship") || rule.max_splits() == null) {
      throw new IllegalStateException("not the policy of this peer: " + rule);
    }
    return policy;
  }

  private void receive(Record<byte[], byte[]> cause, Messages.Receive command) throws IOException {
    int entry = 0;
    for (Messages.SkuQuantity line : command.lines()) {
      String key = line.sku() + '\u001f' + command.site();
      Messages.Position after = at(key).received(line.quantity());
      positions.put(key, after);
      move(cause, new Messages.Moved(command.pool(), line.sku(), command.site(), "received", line.quantity(),
          "outside", "free", after.onHand(), after.free(), "", command.receipt_id(), "", Integer.toString(++entry)));
    }
  }

  private void reserve(Record<byte[], byte[]> cause, Messages.Reserve command) throws IOException {
    if (orders.get(command.order_id()) != null) {
      return;
    }
    List<Messages.DemandLine> lines = command.lines();
    Sourcing.Near[] near = Sourcing.nearest(sites, command.destination().coordinates());
    Map<String, long[]> free = free(lines, near);
    Ruled ruled = active == null ? null : ruled(cause, lines, near, free);
    List<Sourcing.Pick> picks = ruled == null ? Sourcing.source(lines, near, free) : ruled.picks();
    Map<String, List<Sourcing.Pick>> bySite = bySite(picks, near);
    List<Messages.Shipment> shipments = shipments(command, near, bySite);
    say(cause, "order.allocated.v1", command.order_id() + "/1", command.order_id(), "allocated",
        ALLOCATED.writeValueAsBytes(new Messages.Allocated(command.order_id(), command.order_number(), 1,
            command.pool(), command.customer(), command.destination(), command.ship_option(), command.deliver_by(),
            shipments, explanation(command, near, free, bySite, ruled))));
    if (ruled != null) {
      count(ruled.sourcing().day(), shipments);
    }
    int entry = 0;
    for (Messages.Shipment shipment : shipments) {
      for (Messages.ShipmentLine line : shipment.lines()) {
        String key = line.sku() + '\u001f' + shipment.site();
        Messages.Position after = at(key).reserved(line.quantity());
        positions.put(key, after);
        move(cause, new Messages.Moved(command.pool(), line.sku(), shipment.site(), "reserved", line.quantity(),
            "free", "reserved", after.onHand(), after.free(), command.order_id(), shipment.shipment_id(),
            line.line_id(), Integer.toString(++entry)));
      }
    }
    orders.put(command.order_id(), row(shipments));
  }

  private Map<String, long[]> free(List<Messages.DemandLine> lines, Sourcing.Near[] near) {
    Map<String, long[]> free = new HashMap<>();
    for (Messages.DemandLine line : lines) {
      free.computeIfAbsent(line.sku(), sku -> {
        long[] units = new long[near.length];
        for (int i = 0; i < near.length; i++) {
          units[i] = at(sku + '\u001f' + near[i].site()).free();
        }
        return units;
      });
    }
    return free;
  }

  private static Map<String, List<Sourcing.Pick>> bySite(List<Sourcing.Pick> picks, Sourcing.Near[] near) {
    Map<String, List<Sourcing.Pick>> found = new LinkedHashMap<>();
    for (Sourcing.Near one : near) {
      for (Sourcing.Pick pick : picks) {
        if (pick.site().equals(one.site())) {
          found.computeIfAbsent(one.site(), site -> new ArrayList<>()).add(pick);
        }
      }
    }
    return found;
  }

  private List<Messages.Shipment> shipments(
      Messages.Reserve command, Sourcing.Near[] near, Map<String, List<Sourcing.Pick>> bySite) {
    List<Messages.Shipment> found = new ArrayList<>(bySite.size());
    for (Sourcing.Near one : near) {
      List<Sourcing.Pick> picks = bySite.get(one.site());
      if (picks != null) {
        List<Messages.ShipmentLine> lines = new ArrayList<>(picks.size());
        for (Sourcing.Pick pick : picks) {
          Messages.Item product = products.get(pick.line().sku());
          long grams = pick.quantity() * (product == null ? UNWEIGHED_GRAMS : product.weight_grams());
          lines.add(new Messages.ShipmentLine(pick.line().line_id(), pick.line().sku(), pick.quantity(), grams));
        }
        String id = command.order_id() + "-" + (found.size() + 1);
        found.add(new Messages.Shipment(id, one.site(), one.country(), one.meters(), lines));
      }
    }
    return found;
  }

  private Messages.Explanation explanation(Messages.Reserve command, Sourcing.Near[] near, Map<String, long[]> free,
      Map<String, List<Sourcing.Pick>> bySite, Ruled ruled) {
    Map<String, Long> wanted = Sourcing.wanted(command.lines());
    List<Messages.Candidate> candidates = new ArrayList<>(near.length);
    for (int i = 0; i < near.length; i++) {
      boolean chosen = bySite.containsKey(near[i].site());
      candidates.add(Sourcing.candidate(near[i], i, command.lines(), wanted, free, chosen));
    }
    String rule = ruled == null ? "nearest-site" : ruled.sourcing().policy() + "/" + ruled.sourcing().rule();
    return new Messages.Explanation(rule, versions.get("sites"), versions.get("products"),
        "stock.reserve.v1/" + command.order_id(), candidates, ruled == null ? null : ruled.sourcing());
  }

  private record Ruled(List<Sourcing.Pick> picks, Messages.Policy sourcing) {}

  private Ruled ruled(Record<byte[], byte[]> cause, List<Messages.DemandLine> lines, Sourcing.Near[] near,
      Map<String, long[]> free) {
    Messages.Rule rule = active.rules().get(active.rules().size() - 1);
    Integer[] byId = new Integer[near.length];
    Arrays.setAll(byId, i -> i);
    Arrays.sort(byId, Comparator.comparing(i -> near[i].site()));
    Sourcing.Near[] sorted = new Sourcing.Near[near.length];
    long[][] units = new long[lines.size()][near.length];
    for (int i = 0; i < byId.length; i++) {
      sorted[i] = near[byId[i]];
      for (int line = 0; line < units.length; line++) {
        units[line][i] = free.get(lines.get(line).sku())[byId[i]];
      }
    }
    Plans plans = new Plans(lines, sorted, units, rule.max_splits());
    Plans.Found found = plans.best();
    if (found.plan().unfilled() > 0) {
      throw new IllegalStateException("the job lets no order wait: " + lines);
    }
    List<Messages.SitePoints> alone = new ArrayList<>(found.able().length);
    for (int site : found.able()) {
      alone.add(plans.alone(site));
    }
    String at = Envelope.text(Envelope.value(cause.headers(), "ce_time")).substring(0, 10);
    Messages.Today today = loads.get(LOADS);
    String day = today == null || today.day().compareTo(at) < 0 ? at : today.day();
    return new Ruled(found.plan().picks(), new Messages.Policy(active.name(), versions.get("sourcing"), "",
        rule.name(), day, found.method(), found.compared(), CRITERIA,
        List.of((long) found.plan().splits(), found.plan().meters()), 0, alone));
  }

  private void count(String day, List<Messages.Shipment> shipments) {
    Messages.Today today = loads.get(LOADS);
    TreeMap<String, Long> counts = today != null && today.day().equals(day)
        ? new TreeMap<>(today.shipments()) : new TreeMap<>();
    shipments.forEach(shipment -> counts.merge(shipment.site(), 1L, Long::sum));
    loads.put(LOADS, new Messages.Today(day, counts));
  }

  private static Messages.OrderRow row(List<Messages.Shipment> shipments) {
    List<Messages.OpenShipment> open = new ArrayList<>(shipments.size());
    for (Messages.Shipment shipment : shipments) {
      List<Messages.LineUnits> lines = new ArrayList<>(shipment.lines().size());
      for (Messages.ShipmentLine line : shipment.lines()) {
        lines.add(new Messages.LineUnits(line.line_id(), line.sku(), line.quantity(), 0, 0));
      }
      open.add(new Messages.OpenShipment(open.size() + 1, shipment.site(), "reserved", lines));
    }
    return new Messages.OrderRow(true, 1, shipments.size(), open);
  }

  private Messages.Position at(String key) {
    Messages.Position found = positions.get(key);
    return found == null ? Messages.Position.NOTHING : found;
  }

  private void move(Record<byte[], byte[]> cause, Messages.Moved moved) throws IOException {
    String naturalKey = String.join("/", moved.sku(), moved.site(), moved.move(), moved.reference(), moved.entry());
    say(cause, "stock.moved.v1", naturalKey, moved.sku(), "moved", MOVED.writeValueAsBytes(moved));
  }

  private void say(
      Record<byte[], byte[]> cause, String type, String naturalKey, String key, String sink, byte[] value) {
    Headers headers = envelope.of(cause.headers(), type, naturalKey, key, ++sequence);
    context.forward(new Record<>(key, value, cause.timestamp(), headers), sink);
  }
}
