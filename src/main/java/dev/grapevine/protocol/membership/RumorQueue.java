package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * News that still travels from this member (SWIM, section 4.1): each rumor a limited number of times, those sent least
 * first and among these the latest first. A rumor about a member displaces what it overrides. Bounded: at the bound the
 * rumor that was sent most gives way; the comparison of tables repairs what it would have told.
 */
final class RumorQueue {

    private static final class Waiting {
        final Rumor rumor;
        final long serial;
        int sent;

        Waiting(Rumor rumor, long serial) {
            this.rumor = rumor;
            this.serial = serial;
        }
    }

    private static final Comparator<Waiting> LEAST_SENT_THEN_LATEST = Comparator.<Waiting>comparingInt(w -> w.sent)
            .thenComparing(Comparator.<Waiting>comparingLong(w -> w.serial).reversed());

    private final int capacity;
    private final TreeSet<Waiting> order = new TreeSet<>(LEAST_SENT_THEN_LATEST);
    private final TreeMap<Origin, List<Waiting>> bySubject = new TreeMap<>();
    private long serial;

    RumorQueue(int capacity) {
        this.capacity = capacity;
    }

    boolean isEmpty() {
        return order.isEmpty();
    }

    int size() {
        return order.size();
    }

    void add(Rumor rumor) {
        List<Waiting> same = bySubject.computeIfAbsent(rumor.subject(), subject -> new ArrayList<>());
        same.removeIf(waiting -> {
            boolean displaced = displaces(rumor, waiting.rumor);
            if (displaced) {
                order.remove(waiting);
            }
            return displaced;
        });
        Waiting added = new Waiting(rumor, serial++);
        same.add(added);
        order.add(added);
        if (order.size() > capacity) {
            remove(order.last());
        }
    }

    /** Whether a rumor makes an older one about the same member superfluous. */
    static boolean displaces(Rumor rumor, Rumor old) {
        return !(rumor instanceof Rumor.Suspect)
                || rumor.incarnation() > old.incarnation()
                || Objects.equals(accuser(rumor), accuser(old));
    }

    private static @Nullable Origin accuser(Rumor rumor) {
        return rumor instanceof Rumor.Suspect suspect ? suspect.accuser() : null;
    }

    /**
     * Takes news for one frame. The first rumor always fits, so that none is too long to travel.
     *
     * @param mostTimes how often a rumor is sent in all
     * @param mostRumors most rumors for the frame
     * @param mostBytes most bytes for the frame
     */
    List<Rumor> take(int mostTimes, int mostRumors, int mostBytes) {
        List<Waiting> taken = new ArrayList<>();
        int bytes = 0;
        Iterator<Waiting> next = order.iterator();
        while (next.hasNext() && taken.size() < mostRumors) {
            Waiting waiting = next.next();
            if (!taken.isEmpty() && bytes + waiting.rumor.size() > mostBytes) {
                break;
            }
            bytes += waiting.rumor.size();
            taken.add(waiting);
        }
        List<Rumor> rumors = new ArrayList<>();
        for (Waiting waiting : taken) {
            rumors.add(waiting.rumor);
            count(waiting, mostTimes);
        }
        return rumors;
    }

    private void count(Waiting waiting, int mostTimes) {
        // The set is ordered by the count: out before it changes.
        order.remove(waiting);
        waiting.sent++;
        order.add(waiting);
        if (waiting.sent >= mostTimes) {
            remove(waiting);
        }
    }

    private void remove(Waiting waiting) {
        order.remove(waiting);
        List<Waiting> same = bySubject.get(waiting.rumor.subject());
        if (same != null) {
            same.remove(waiting);
            if (same.isEmpty()) {
                bySubject.remove(waiting.rumor.subject());
            }
        }
    }
}
