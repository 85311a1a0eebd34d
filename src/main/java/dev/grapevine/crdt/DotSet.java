package dev.grapevine.crdt;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.VersionVector;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A causal context that grows: which operations a replica has applied. {@link CausalContext} is its immutable form for
 * the wire. Memory goes with the holes, not with the dots. Not thread-safe.
 */
public final class DotSet {

    private final TreeMap<Origin, Spans> origins = new TreeMap<>();
    private long ahead;

    /** The empty set. */
    public DotSet() {}

    /**
     * The set that a snapshot names.
     *
     * @param context the snapshot
     * @return a set of its own
     */
    public static DotSet of(CausalContext context) {
        DotSet set = new DotSet();
        context.runs().counters().forEach((origin, counter) -> set.add(new DotRange(origin, 1, counter)));
        context.cloud().forEach((DotRange range) -> set.add(range));
        return set;
    }

    /**
     * Whether a dot is in the set.
     *
     * @param dot the dot
     * @return true if it is
     */
    public boolean contains(Dot dot) {
        Spans spans = origins.get(dot.origin());
        return spans != null && spans.contains(dot.counter());
    }

    /**
     * Whether every dot of another set is in this one.
     *
     * @param other the other set
     * @return true if so
     */
    public boolean containsAll(DotSet other) {
        return other.minus(this).isEmpty();
    }

    /**
     * How far the dots of an origin go without a hole.
     *
     * @param origin the origin
     * @return the counter, 0 if the first is missing
     */
    public long run(Origin origin) {
        Spans spans = origins.get(origin);
        return spans == null ? 0 : spans.run();
    }

    /**
     * How many origins have a dot in the set.
     *
     * @return a count
     */
    public int origins() {
        return origins.size();
    }

    /**
     * Whether an origin has a dot in the set.
     *
     * @param origin the origin
     * @return true if it has
     */
    public boolean names(Origin origin) {
        return origins.containsKey(origin);
    }

    /**
     * How many dots are ahead of the runs: the size of the cloud.
     *
     * @return a count
     */
    public long ahead() {
        return ahead;
    }

    /**
     * Whether there is no dot.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return origins.isEmpty();
    }

    /**
     * Adds a dot.
     *
     * @param dot the dot
     * @return false if it was there
     */
    public boolean add(Dot dot) {
        if (contains(dot)) {
            return false;
        }
        add(new DotRange(dot.origin(), dot.counter(), dot.counter()));
        return true;
    }

    /**
     * Adds every dot of another set.
     *
     * @param other the other set
     */
    public void addAll(DotSet other) {
        other.minus(new DotSet()).forEach(this::add);
    }

    private void add(DotRange range) {
        Spans spans = origins.computeIfAbsent(range.origin(), origin -> new Spans());
        long before = spans.ahead();
        spans.add(range.from(), range.to());
        ahead += spans.ahead() - before;
    }

    /**
     * The dots that are here and not in another set.
     *
     * @param other the other set
     * @return ranges by origin and counter, none touching the next
     */
    public List<DotRange> minus(DotSet other) {
        List<DotRange> rest = new ArrayList<>();
        Spans nothing = new Spans();
        origins.forEach((origin, spans) -> {
            for (long[] span : spans.minus(other.origins.getOrDefault(origin, nothing))) {
                rest.add(new DotRange(origin, span[0], span[1]));
            }
        });
        return rest;
    }

    /**
     * A snapshot for the wire: all of the set.
     *
     * @return the snapshot
     */
    public CausalContext toContext() {
        TreeMap<Origin, Long> runs = new TreeMap<>();
        List<DotRange> cloud = new ArrayList<>();
        for (Map.Entry<Origin, Spans> entry : origins.entrySet()) {
            long run = entry.getValue().run();
            if (run > 0) {
                runs.put(entry.getKey(), run);
            }
            for (long[] span : entry.getValue().all()) {
                if (span[0] > 1) {
                    cloud.add(new DotRange(entry.getKey(), span[0], span[1]));
                }
            }
        }
        return runs.isEmpty() && cloud.isEmpty()
                ? CausalContext.EMPTY
                : new CausalContext(VersionVector.of(runs), cloud);
    }
}
