package dev.grapevine.wire;

import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A causal context: each origin once, with its run and the ranges ahead of it. A range is the distance from the one
 * before and its length, each less what it is at least, so what can be written at all is in order and touches nothing.
 */
final class ContextWire {

    /** An origin, its run and the number of its ranges. */
    private static final int MIN_BYTES = Values.MIN_ORIGIN_BYTES + 2;

    private static final int MIN_RANGE_BYTES = 2;

    private ContextWire() {}

    static void write(WireWriter out, CausalContext context) {
        TreeMap<Origin, List<DotRange>> ranges = new TreeMap<>();
        context.runs().counters().keySet().forEach(origin -> ranges.put(origin, List.of()));
        int at = 0;
        List<DotRange> cloud = context.cloud();
        while (at < cloud.size()) {
            Origin origin = cloud.get(at).origin();
            int from = at;
            while (at < cloud.size() && cloud.get(at).origin().equals(origin)) {
                at++;
            }
            ranges.put(origin, cloud.subList(from, at));
        }
        out.writeCount(ranges.size(), AntiEntropyFrame.MAX_ORIGINS, "origins");
        ranges.forEach((origin, ahead) -> write(out, origin, context.runs().get(origin), ahead));
    }

    private static void write(WireWriter out, Origin origin, long run, List<DotRange> ahead) {
        Values.writeOrigin(out, origin);
        out.writeVarint(run, "run");
        out.writeCount(ahead.size(), AntiEntropyFrame.MAX_RANGES, "ranges");
        long last = run;
        for (DotRange range : ahead) {
            out.writeVarint(range.from() - last - 2, "gap");
            out.writeVarint(range.size() - 1, "range");
            last = range.to();
        }
    }

    static CausalContext read(WireReader in) {
        int count = in.readCount(AntiEntropyFrame.MAX_ORIGINS, MIN_BYTES, "origins");
        TreeMap<Origin, Long> runs = new TreeMap<>();
        List<DotRange> cloud = new ArrayList<>();
        Origin before = null;
        for (int i = 0; i < count; i++) {
            Origin origin = readOriginAfter(before, in);
            long run = in.readVarint("run");
            if (run > 0) {
                runs.put(origin, run);
            }
            int ahead = in.readCount(AntiEntropyFrame.MAX_RANGES - cloud.size(), MIN_RANGE_BYTES, "ranges");
            if (run == 0 && ahead == 0) {
                throw new MalformedFrameException("origins: " + origin + " without a dot");
            }
            readRanges(in, origin, run, ahead, cloud);
            before = origin;
        }
        return count == 0 ? CausalContext.EMPTY : new CausalContext(VersionVector.of(runs), cloud);
    }

    private static Origin readOriginAfter(@Nullable Origin before, WireReader in) {
        Origin origin = in.readOrigin();
        if (before != null && before.compareTo(origin) >= 0) {
            throw new MalformedFrameException("origins: " + origin + " after " + before);
        }
        return origin;
    }

    private static void readRanges(WireReader in, Origin origin, long run, int count, List<DotRange> to) {
        long last = run;
        for (int i = 0; i < count; i++) {
            long from = last + 2 + in.readVarint("gap");
            long end = from + in.readVarint("range");
            // Each sum is of numbers below 2^63, so one that is too large is negative.
            if (from < last || end < from) {
                throw new MalformedFrameException("ranges: a dot beyond all numbers");
            }
            to.add(new DotRange(origin, from, end));
            last = end;
        }
    }
}
