import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule of sourcing: the nearest site that can serve every line whole sends everything. Otherwise each line comes
 * from the nearest site that has it whole, or is split over the sites that have some, nearest first.
 */
final class Sourcing {
  private static final double EARTH_RADIUS_METERS = 6_371_008.8;

  record Near(long meters, String site, String country) {}

  record Pick(Messages.DemandLine line, String site, long quantity) {}

  private Sourcing() {}

  /** The sites by great circle (haversine, whole metres), then id. */
  static Near[] nearest(List<Messages.Item> sites, Messages.Coordinates to) {
    Near[] found = new Near[sites.size()];
    for (int i = 0; i < found.length; i++) {
      Messages.Item site = sites.get(i);
      found[i] = new Near(meters(site.coordinates(), to), site.id(), site.country());
    }
    Arrays.sort(found, Comparator.comparingLong(Near::meters).thenComparing(Near::site));
    return found;
  }

  private static long meters(Messages.Coordinates start, Messages.Coordinates end) {
    double phi = Math.toRadians(start.latitude());
    double theta = Math.toRadians(end.latitude());
    double north = Math.sin((theta - phi) / 2);
    double east = Math.sin(Math.toRadians(end.longitude() - start.longitude()) / 2);
    double halfChord = north * north + Math.cos(phi) * Math.cos(theta) * (east * east);
    return (long) Math.rint(2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1.0, Math.sqrt(halfChord))));
  }

  /** Where each line comes from; `free` has the free units by sku and place in `sites`. */
  static List<Pick> source(List<Messages.DemandLine> lines, Near[] sites, Map<String, long[]> free) {
    Map<String, Long> wanted = wanted(lines);
    List<Pick> picks = new ArrayList<>(lines.size());
    for (int i = 0; i < sites.length; i++) {
      if (serves(wanted, free, i)) {
        for (Messages.DemandLine line : lines) {
          picks.add(new Pick(line, sites[i].site(), line.quantity()));
        }
        return picks;
      }
    }
    Map<String, long[]> left = new HashMap<>();
    free.forEach((sku, units) -> left.put(sku, units.clone()));
    for (Messages.DemandLine line : lines) {
      take(line, sites, left.get(line.sku()), picks);
    }
    return picks;
  }

  private static boolean serves(Map<String, Long> wanted, Map<String, long[]> free, int site) {
    for (Map.Entry<String, Long> entry : wanted.entrySet()) {
      if (free.get(entry.getKey())[site] < entry.getValue()) {
        return false;
      }
    }
    return true;
  }

  private static void take(Messages.DemandLine line, Near[] sites, long[] left, List<Pick> picks) {
    for (int i = 0; i < sites.length; i++) {
      if (left[i] >= line.quantity()) {
        left[i] -= line.quantity();
        picks.add(new Pick(line, sites[i].site(), line.quantity()));
        return;
      }
    }
    long missing = line.quantity();
    for (int i = 0; i < sites.length && missing > 0; i++) {
      long units = Math.min(missing, left[i]);
      if (units > 0) {
        left[i] -= units;
        missing -= units;
        picks.add(new Pick(line, sites[i].site(), units));
      }
    }
    if (missing > 0) {
      throw new IllegalStateException("the job lets no order wait: " + line);
    }
  }

  static Map<String, Long> wanted(List<Messages.DemandLine> lines) {
    Map<String, Long> wanted = new HashMap<>();
    for (Messages.DemandLine line : lines) {
      wanted.merge(line.sku(), line.quantity(), Long::sum);
    }
    return wanted;
  }

  /** What a site alone could have served of the lines. */
  static Messages.Candidate candidate(
      Near near, int at, List<Messages.DemandLine> lines, Map<String, Long> wanted, Map<String, long[]> free,
      boolean chosen) {
    long units = 0;
    long all = 0;
    for (Map.Entry<String, Long> entry : wanted.entrySet()) {
      units += Math.min(entry.getValue(), free.get(entry.getKey())[at]);
      all += entry.getValue();
    }
    int served = units == all ? lines.size() : linesServed(lines, at, free);
    return new Messages.Candidate(near.site(), near.meters(), served, units, chosen, "");
  }

  private static int linesServed(List<Messages.DemandLine> lines, int at, Map<String, long[]> free) {
    Map<String, Long> left = new HashMap<>();
    free.forEach((sku, units) -> left.put(sku, units[at]));
    int served = 0;
    for (Messages.DemandLine line : lines) {
      long units = left.get(line.sku());
      if (line.quantity() <= units) {
        left.put(line.sku(), units - line.quantity());
        served++;
      }
    }
    return served;
  }
}
