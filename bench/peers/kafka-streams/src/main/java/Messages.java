import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The messages of the job in the form of Cauce's schemas, and the rows that the keeper keeps. */
final class Messages {
  private Messages() {}

  record Sealed(String person_id, String content) {}

  record Customer(String person_id, String country, String language, String profile, Sealed personal) {}

  record Coordinates(double latitude, double longitude) {}

  record Destination(String country, String postal_area, Coordinates coordinates, String located_by) {}

  record DemandLine(String line_id, String sku, long quantity) {}

  record Reserve(long pool, String order_id, String order_number, Customer customer, Destination destination,
      String ship_option, String deliver_by, List<DemandLine> lines) {}

  record SkuQuantity(String sku, long quantity) {}

  record Receive(long pool, String receipt_id, String site, List<SkuQuantity> lines) {}

  record Item(String id, String country, Coordinates coordinates, long weight_grams, String name, List<Rule> rules) {}

  record Rule(String name, Map<String, List<String>> when, List<Map<String, Object>> criteria, Integer max_splits,
      String unfilled) {}

  record Published(String kind, String version, List<Item> items) {}

  record ShipmentLine(String line_id, String sku, long quantity, long weight_grams) {}

  record Shipment(String shipment_id, String site, String country, long distance_meters,
      List<ShipmentLine> lines) {}

  record Candidate(String site, long distance_meters, int lines_served, long units_served, boolean chosen,
      String excluded) {}

  record SitePoints(String site, long unfilled, List<Long> points) {}

  record Policy(String policy, String policy_version, String rates_version, String rule, String day, String method,
      int compared, List<String> criteria, List<Long> points, long unfilled, List<SitePoints> alone) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Explanation(String rule, String sites_version, String products_version, String trigger,
      List<Candidate> candidates, Policy sourcing) {}

  /** How many shipments were promised from each site on the latest day. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"day", "shipments"})
  record Today(String day, TreeMap<String, Long> shipments) {}

  record Allocated(String order_id, String order_number, int decision, long pool, Customer customer,
      Destination destination, String ship_option, String deliver_by, List<Shipment> shipments,
      Explanation explanation) {}

  record Moved(long pool, String sku, String site, String move, long quantity, String source, String target,
      long on_hand, long free, String order_id, String reference, String line_id, String entry) {}

  record Position(long onHand, long free, long reserved, long picked, long packed, long quarantined) {
    static final Position NOTHING = new Position(0, 0, 0, 0, 0, 0);

    Position received(long units) {
      return new Position(onHand + units, free + units, reserved, picked, packed, quarantined);
    }

    Position reserved(long units) {
      if (units > free) {
        throw new IllegalStateException(units + " units would leave free, which has " + free);
      }
      return new Position(onHand, free - units, reserved + units, picked, packed, quarantined);
    }
  }

  /** What is remembered of an order, so that a repeat adds nothing and later stages know its units. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"reserved", "decisions", "shipments", "open"})
  record OrderRow(boolean reserved, int decisions, int shipments, List<OpenShipment> open) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"number", "site", "stage", "lines"})
  record OpenShipment(int number, String site, String stage, List<LineUnits> lines) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"line_id", "sku", "reserved", "picked", "packed"})
  record LineUnits(String line_id, String sku, long reserved, long picked, long packed) {}
}
