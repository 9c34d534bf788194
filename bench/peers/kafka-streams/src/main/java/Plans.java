import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The policy {@code fewest-splits} of Cauce over one order: as few shipments as can be, among equals the least
 * distance. Every plan is compared where up to four sites can serve, else greed and then improvement, as Cauce looks.
 *
 * <p>A plan is an order of sites, named by their place in the order of ids. Each line comes whole from the first of
 * them that has it whole, and what none has whole is split over them in that order.
 */
final class Plans {
  private static final int EXACT_SITES = 4;

  /** Sorts best first. */
  record Plan(long unfilled, int splits, long meters, int[] used, int[] sites, List<Sourcing.Pick> picks)
      implements Comparable<Plan> {
    @Override
    public int compareTo(Plan other) {
      int order = Long.compare(unfilled, other.unfilled);
      if (order == 0) {
        order = Integer.compare(splits, other.splits);
      }
      if (order == 0) {
        order = Long.compare(meters, other.meters);
      }
      if (order == 0) {
        order = Arrays.compare(used, other.used);
      }
      return order == 0 ? Arrays.compare(sites, other.sites) : order;
    }
  }

  record Found(Plan plan, String method, int compared, int[] able) {}

  private final List<Messages.DemandLine> lines;
  private final Sourcing.Near[] sites;
  private final long[][] free;
  private final long units;
  private final int most;
  private final Map<Long, Plan> looked = new HashMap<>();

  /** The sites by id; {@code free} has the free units by line and place in {@code sites}. No sku is in two lines. */
  Plans(List<Messages.DemandLine> lines, Sourcing.Near[] sites, long[][] free, int maxSplits) {
    this.lines = lines;
    this.sites = sites;
    this.free = free;
    units = lines.stream().mapToLong(Messages.DemandLine::quantity).sum();
    most = Math.min(sites.length, maxSplits + 1);
  }

  Found best() {
    int[] able = able();
    if (able.length <= EXACT_SITES) {
      return new Found(exact(able), "exact", looked.size(), able);
    }
    Plan plan = improved(greedy(able), able);
    return new Found(plan, "greedy", looked.size(), able);
  }

  /** What a site alone gives, in the points of the policy. */
  Messages.SitePoints alone(int site) {
    Plan plan = plan(new int[] {site});
    return new Messages.SitePoints(sites[site].site(), plan.unfilled(), List.of((long) plan.splits(), plan.meters()));
  }

  private int[] able() {
    int[] found = new int[sites.length];
    int count = 0;
    for (int site = 0; site < sites.length; site++) {
      for (long[] ofLine : free) {
        if (ofLine[site] > 0) {
          found[count++] = site;
          break;
        }
      }
    }
    return Arrays.copyOf(found, count);
  }

  private Plan at(int... chosen) {
    long key = 1;
    for (int site : chosen) {
      key = key * 31 + site + 1;
    }
    Plan plan = looked.get(key);
    if (plan == null) {
      plan = plan(chosen);
      looked.put(key, plan);
    }
    return plan;
  }

  private Plan plan(int[] chosen) {
    List<Sourcing.Pick> picks = new ArrayList<>(lines.size());
    TreeSet<Integer> used = new TreeSet<>();
    long filled = 0;
    for (int line = 0; line < lines.size(); line++) {
      filled += take(line, chosen, picks, used);
    }
    long meters = 0;
    for (int site : used) {
      meters += sites[site].meters();
    }
    int[] sorted = used.stream().mapToInt(Integer::intValue).toArray();
    return new Plan(units - filled, Math.max(0, sorted.length - 1), meters, sorted, chosen, picks);
  }

  private long take(int line, int[] chosen, List<Sourcing.Pick> picks, TreeSet<Integer> used) {
    Messages.DemandLine wanted = lines.get(line);
    for (int site : chosen) {
      if (free[line][site] >= wanted.quantity()) {
        picks.add(new Sourcing.Pick(wanted, sites[site].site(), wanted.quantity()));
        used.add(site);
        return wanted.quantity();
      }
    }
    long missing = wanted.quantity();
    for (int site : chosen) {
      long some = Math.min(missing, free[line][site]);
      if (some > 0) {
        picks.add(new Sourcing.Pick(wanted, sites[site].site(), some));
        used.add(site);
        missing -= some;
      }
    }
    return wanted.quantity() - missing;
  }

  private Plan exact(int[] able) {
    return below(at(), able);
  }

  /** The best of all plans that begin with these sites. */
  private Plan below(Plan plan, int[] able) {
    Plan best = plan;
    if (plan.sites().length < most) {
      for (int site : able) {
        if (!has(plan.sites(), site)) {
          best = lesser(best, below(at(with(plan.sites(), site)), able));
        }
      }
    }
    return best;
  }

  private Plan greedy(int[] able) {
    Plan best = at();
    while (best.sites().length < most) {
      Plan following = null;
      for (int site : able) {
        if (!has(best.sites(), site)) {
          following = lesser(following, at(with(best.sites(), site)));
        }
      }
      if (following == null || following.compareTo(best) >= 0) {
        break;
      }
      best = following;
    }
    return best;
  }

  private Plan improved(Plan plan, int[] able) {
    while (true) {
      Plan better = bestNeighbor(plan.sites(), able);
      if (better == null || better.compareTo(plan) >= 0) {
        return plan;
      }
      plan = better;
    }
  }

  /** One site less, one in place of another, two that change places, or one more. */
  private Plan bestNeighbor(int[] chosen, int[] able) {
    Plan best = null;
    for (int place = 0; place < chosen.length; place++) {
      best = lesser(best, at(without(chosen, place)));
      for (int site : able) {
        if (!has(chosen, site)) {
          int[] other = chosen.clone();
          other[place] = site;
          best = lesser(best, at(other));
        }
      }
      for (int later = place + 1; later < chosen.length; later++) {
        int[] other = chosen.clone();
        other[place] = chosen[later];
        other[later] = chosen[place];
        best = lesser(best, at(other));
      }
    }
    if (chosen.length < most) {
      for (int site : able) {
        if (!has(chosen, site)) {
          best = lesser(best, at(with(chosen, site)));
        }
      }
    }
    return best;
  }

  private static Plan lesser(Plan first, Plan second) {
    return first == null || second.compareTo(first) < 0 ? second : first;
  }

  private static boolean has(int[] chosen, int site) {
    for (int one : chosen) {
      if (one == site) {
        return true;
      }
    }
    return false;
  }

  private static int[] with(int[] chosen, int site) {
    int[] more = Arrays.copyOf(chosen, chosen.length + 1);
    more[chosen.length] = site;
    return more;
  }

  private static int[] without(int[] chosen, int place) {
    int[] less = new int[chosen.length - 1];
    System.arraycopy(chosen, 0, less, 0, place);
    System.arraycopy(chosen, place + 1, less, place, less.length - place);
    return less;
  }
}
