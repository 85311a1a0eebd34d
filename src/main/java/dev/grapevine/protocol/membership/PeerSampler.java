package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Random members out of those that can be spoken to: whom news, tables and requests for help go to. Who is to be spoken
 * to once a round is {@link ProbeRing}'s.
 *
 * <p>Without zones every draw is uniform. With them, a candidate of the own zone is {@value #OWN_ZONE_WEIGHT} times as
 * likely as another, so that most traffic stays where it is cheap; but a draw of two or more takes at least one from
 * another zone if there is any, so that news crosses zones at once. Whose zone is unknown counts as being in another.
 *
 * <p>The candidates stand sorted by zone and origin, so that a zone is a range, a draw copies nobody, and what is drawn
 * depends on who is there and on chance, not on who came first. To come or go takes two binary searches and moves what
 * stands behind.
 */
final class PeerSampler {

    /** How many times as likely a candidate of the own zone is as any other. */
    static final int OWN_ZONE_WEIGHT = 8;

    private static final Comparator<Candidate> ORDER =
            Comparator.comparing(Candidate::zone).thenComparing(Candidate::origin);

    private record Candidate(String zone, Origin origin) {}

    private final String ownZone;
    private final RandomGenerator random;
    private final List<Candidate> sorted = new ArrayList<>();
    private final TreeMap<Origin, String> zones = new TreeMap<>();

    /** Nobody yet; an empty zone means that this member has none. */
    PeerSampler(String ownZone, RandomGenerator random) {
        this.ownZone = ownZone;
        this.random = random;
    }

    /** Adds a candidate, or moves it to another zone. */
    void put(Origin peer, String zone) {
        remove(peer);
        zones.put(peer, zone);
        Candidate candidate = new Candidate(zone, peer);
        sorted.add(firstNotBefore(candidate), candidate);
    }

    void remove(Origin peer) {
        String zone = zones.remove(peer);
        if (zone != null) {
            sorted.remove(firstNotBefore(new Candidate(zone, peer)));
        }
    }

    boolean isEmpty() {
        return sorted.isEmpty();
    }

    /** Up to so many distinct candidates in random order, without one. */
    List<Origin> draw(int count, @Nullable Origin except) {
        Draw draw = new Draw(except);
        Range all = new Range(0, sorted.size());
        Range own = ownZone.isEmpty() ? all : zone(ownZone);
        List<Range> near = List.of(own);
        List<Range> far = List.of(new Range(0, own.from), new Range(own.to, all.to));
        boolean crossed = false;
        while (draw.taken.size() < count) {
            long nearby = (long) OWN_ZONE_WEIGHT * draw.free(near);
            int others = draw.free(far);
            if (nearby + others == 0) {
                break;
            }
            boolean mustCross = count > 1 && draw.taken.size() == count - 1 && !crossed && others > 0;
            boolean crosses = mustCross || random.nextLong(nearby + others) >= nearby;
            crossed |= crosses;
            draw.take(crosses ? far : near);
        }
        return draw.taken;
    }

    /**
     * Up to so many candidates that are to find out whether a target lives which this member does not reach. With zones
     * they are taken in turn from a third zone, from the target's and from the own one. So a fault between two zones, or
     * inside one, does not speak against the target as long as any way around it is left: whoever is in a third zone has
     * a way of its own to it, whoever is in the target's needs only that zone to work, and one of the own zone tells a
     * fault of this member from one of its zone.
     */
    List<Origin> drawRelays(int count, Origin target, String targetZone) {
        if (ownZone.isEmpty()) {
            return draw(count, target);
        }
        Draw draw = new Draw(target);
        List<List<Range>> groups = groups(targetZone);
        for (int turn = 0, idle = 0; draw.taken.size() < count && idle < groups.size(); turn++) {
            List<Range> group = groups.get(turn % groups.size());
            if (draw.free(group) == 0) {
                idle++;
            } else {
                idle = 0;
                draw.take(group);
            }
        }
        return draw.taken;
    }

    private List<List<Range>> groups(String targetZone) {
        Range own = zone(ownZone);
        if (targetZone.equals(ownZone)) {
            return List.of(List.of(new Range(0, own.from), new Range(own.to, sorted.size())), List.of(own));
        }
        Range theirs = zone(targetZone);
        boolean ownIsFirst = ownZone.compareTo(targetZone) < 0;
        Range first = ownIsFirst ? own : theirs;
        Range second = ownIsFirst ? theirs : own;
        List<Range> third = List.of(
                new Range(0, first.from), new Range(first.to, second.from), new Range(second.to, sorted.size()));
        return List.of(third, List.of(theirs), List.of(own));
    }

    private Range zone(String zone) {
        return new Range(firstNotBefore(zone, false), firstNotBefore(zone, true));
    }

    /** Where the first candidate of a zone stands or would stand, or the first one behind that zone. */
    private int firstNotBefore(String zone, boolean behind) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = sorted.get(middle).zone.compareTo(zone);
            if (order < 0 || (behind && order == 0)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int firstNotBefore(Candidate candidate) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ORDER.compare(sorted.get(middle), candidate) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Places from one, inclusive, to another, exclusive. */
    private record Range(int from, int to) {}

    /** One draw: places that were taken are stepped over, by which nobody has to be moved or copied. */
    private final class Draw {

        final List<Origin> taken = new ArrayList<>();

        /** Places that cannot be taken any more, ascending. */
        private final List<Integer> closed = new ArrayList<>();

        Draw(@Nullable Origin except) {
            String zone = except == null ? null : zones.get(except);
            if (except != null && zone != null) {
                close(firstNotBefore(new Candidate(zone, except)));
            }
        }

        int free(List<Range> ranges) {
            int free = 0;
            for (Range range : ranges) {
                free += range.to - range.from;
                for (int place : closed) {
                    free -= range.from <= place && place < range.to ? 1 : 0;
                }
            }
            return free;
        }

        /** Takes any free place of some ranges, each as likely; there has to be one. */
        void take(List<Range> ranges) {
            int rank = random.nextInt(free(ranges));
            for (Range range : ranges) {
                int free = free(List.of(range));
                if (rank < free) {
                    take(range.from + rank, range);
                    return;
                }
                rank -= free;
            }
        }

        private void take(int unshifted, Range range) {
            int place = unshifted;
            for (int taboo : closed) {
                if (range.from <= taboo && taboo <= place) {
                    place++;
                }
            }
            taken.add(sorted.get(place).origin);
            close(place);
        }

        private void close(int place) {
            int at = 0;
            while (at < closed.size() && closed.get(at) < place) {
                at++;
            }
            closed.add(at, place);
        }
    }
}
