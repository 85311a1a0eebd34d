package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * News that still travels from this member (SWIM, section 4.1): each rumor a limited number of times, those sent least
 * first and among these the latest first. A rumor about a member displaces what it overrides. Bounded: at the bound the
 * rumor that was sent most gives way; the comparison of tables repairs what it would have told.
 *
 * <p>Rumors that were sent equally often are chained, so that a burst of thousands costs no sorting.
 */
final class RumorQueue {

    private static final class Waiting {
        final Rumor rumor;
        int sent;

        @Nullable Waiting before;

        @Nullable Waiting after;

        Waiting(Rumor rumor) {
            this.rumor = rumor;
        }
    }

    private final int capacity;

    /** Of each number of times sent the first in the chain of those that were sent so often. */
    private final TreeMap<Integer, Waiting> bySent = new TreeMap<>();

    private final TreeMap<Origin, List<Waiting>> bySubject = new TreeMap<>();
    private int size;

    RumorQueue(int capacity) {
        this.capacity = capacity;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(Rumor rumor) {
        add(rumor, 0);
    }

    /** Adds a rumor that has been sent so often already. */
    void add(Rumor rumor, int sent) {
        List<Waiting> same = bySubject.computeIfAbsent(rumor.subject(), subject -> new ArrayList<>());
        for (Iterator<Waiting> old = same.iterator(); old.hasNext(); ) {
            Waiting waiting = old.next();
            if (displaces(rumor, waiting.rumor)) {
                old.remove();
                unchain(waiting);
            }
        }
        Waiting added = new Waiting(rumor);
        added.sent = sent;
        same.add(added);
        chain(added);
        if (size > capacity) {
            remove(lastOf(bySent.lastEntry().getValue()));
        }
    }

    /** Whether a rumor makes an older one about the same member superfluous. */
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
        for (Waiting waiting : bySent.values()) {
            for (Waiting next = waiting; next != null && taken.size() < mostRumors; next = next.after) {
                if (!taken.isEmpty() && bytes + next.rumor.size() > mostBytes) {
                    return count(taken, mostTimes);
                }
                bytes += next.rumor.size();
                taken.add(next);
            }
        }
        return count(taken, mostTimes);
    }

    /** Counts them as sent once more, the last one first, so that they keep their order. */
    private List<Rumor> count(List<Waiting> taken, int mostTimes) {
        List<Rumor> rumors = new ArrayList<>(taken.size());
        taken.forEach(waiting -> rumors.add(waiting.rumor));
        for (int i = taken.size() - 1; i >= 0; i--) {
            Waiting waiting = taken.get(i);
            if (waiting.sent + 1 >= mostTimes) {
                remove(waiting);
            } else {
                unchain(waiting);
                waiting.sent++;
                chain(waiting);
            }
        }
        return rumors;
    }

    private void remove(Waiting waiting) {
        unchain(waiting);
        List<Waiting> same = bySubject.get(waiting.rumor.subject());
        if (same != null) {
            same.remove(waiting);
            if (same.isEmpty()) {
                bySubject.remove(waiting.rumor.subject());
            }
        }
    }

    private void chain(Waiting waiting) {
        size++;
        waiting.before = null;
        waiting.after = bySent.put(waiting.sent, waiting);
        if (waiting.after != null) {
            waiting.after.before = waiting;
        }
    }

    private void unchain(Waiting waiting) {
        size--;
        Waiting before = waiting.before;
        Waiting after = waiting.after;
        if (after != null) {
            after.before = before;
        }
        if (before != null) {
            before.after = after;
        } else if (after != null) {
            bySent.put(waiting.sent, after);
        } else {
            bySent.remove(waiting.sent);
        }
    }

    private static Waiting lastOf(Waiting first) {
        Waiting last = first;
        while (last.after != null) {
            last = last.after;
        }
        return last;
    }
}
