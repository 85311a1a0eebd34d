package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * News that still travels from this member (SWIM, section 4.1): each rumor a limited number of times, those sent least
 * first and among these the latest first. A rumor about a member displaces what it overrides. Bounded: at the bound the
 * rumor that was sent most gives way; the comparison of tables repairs what it would have told.
 *
 * <p>Rumors that were sent equally often are chained, so that a burst of thousands costs no sorting, and so are those
 * whose subjects share a slot of a hash table: 40 bytes a rumor, since in a cluster that starts everybody has news of
 * everybody.
 */
final class RumorQueue {

    private static final int FIRST_SLOTS = 16;

    private static final class Waiting {
        final Rumor rumor;
        int sent;

        @Nullable Waiting before;

        @Nullable Waiting after;

        /** The next in the same slot. */
        @Nullable Waiting beside;

        Waiting(Rumor rumor, int sent) {
            this.rumor = rumor;
            this.sent = sent;
        }
    }

    private final int capacity;

    /** Of each number of times sent the first in the chain of those that were sent so often. */
    private final TreeMap<Integer, Waiting> bySent = new TreeMap<>();

    /** By the hash of the subject; never iterated, so that the order of hashes shows nowhere. */
    private @Nullable Waiting[] slots = new @Nullable Waiting[FIRST_SLOTS];

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
        int slot = slotOf(rumor.subject());
        for (Waiting old = slots[slot]; old != null; old = old.beside) {
            if (old.rumor.subject().equals(rumor.subject()) && displaces(rumor, old.rumor)) {
                remove(old);
            }
        }
        Waiting added = new Waiting(rumor, sent);
        added.beside = slots[slot];
        slots[slot] = added;
        chain(added);
        if (size > capacity) {
            remove(lastOf(bySent.lastEntry().getValue()));
        } else if (size > slots.length) {
            resize(2 * slots.length);
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
        if (size == 0 && slots.length > FIRST_SLOTS) {
            slots = new @Nullable Waiting[FIRST_SLOTS]; // a start is over, and nothing like it will come again soon
        }
        return rumors;
    }

    private void remove(Waiting waiting) {
        unchain(waiting);
        int slot = slotOf(waiting.rumor.subject());
        Waiting previous = slots[slot];
        if (previous == waiting) {
            slots[slot] = waiting.beside;
            return;
        }
        while (previous != null && previous.beside != waiting) {
            previous = previous.beside;
        }
        if (previous != null) {
            previous.beside = waiting.beside;
        }
    }

    private void resize(int length) {
        @Nullable Waiting[] old = slots;
        slots = new @Nullable Waiting[length];
        for (Waiting first : old) {
            for (Waiting waiting = first; waiting != null; ) {
                Waiting next = waiting.beside;
                int slot = slotOf(waiting.rumor.subject());
                waiting.beside = slots[slot];
                slots[slot] = waiting;
                waiting = next;
            }
        }
    }

    private int slotOf(Origin subject) {
        int product = subject.hashCode() * 0x9e3779b9;
        return (product ^ (product >>> 15)) & (slots.length - 1);
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
