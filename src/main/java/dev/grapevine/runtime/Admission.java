package dev.grapevine.runtime;

import dev.grapevine.topic.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Lets publishers go on as there is room in the outboxes, in the order in which they came to wait; critical ones look for
 * room in outboxes of their own, and wait for no others. Confined to the node's thread.
 *
 * <p>Nobody is let go on from within a step of the core: what a publisher then gives would wait for the step's end
 * unseen by the outboxes, and there would seem to be room for all.
 */
final class Admission {

    /** Bytes that publish calls may hold together; beyond it each holds one payload. */
    static final long MAX_HELD_BYTES = 64 << 20;

    private final Predicate<Priority> hasRoom;
    private final Scheduler scheduler;
    private final Map<Priority, Deque<PublishSession>> waiting = new EnumMap<>(Priority.class);
    private final Set<PublishSession> open = new LinkedHashSet<>();
    private boolean admitting;
    private boolean scheduled;
    private boolean closed;
    private volatile long heldBytes;

    /**
     * Nobody waits yet.
     *
     * @param hasRoom whether messages of a priority may go on
     * @param scheduler the node's thread
     */
    Admission(Predicate<Priority> hasRoom, Scheduler scheduler) {
        this.hasRoom = hasRoom;
        this.scheduler = scheduler;
        for (Priority priority : Priority.values()) {
            waiting.put(priority, new ArrayDeque<>());
        }
    }

    /** The node's thread. */
    Scheduler scheduler() {
        return scheduler;
    }

    /** A session begins: it fails when the node stops, even while it waits for its source. */
    void enter(PublishSession session) {
        if (closed) {
            session.fail(Stopped.error());
        } else {
            open.add(session);
        }
    }

    /** A session is over. */
    void leave(PublishSession session) {
        open.remove(session);
        waiting(session.priority()).remove(session);
    }

    /** A session holds so many bytes more than before, or fewer. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the node's thread only
    void held(long difference) {
        heldBytes += difference;
    }

    /** Whether sessions hold so much together that each may hold one payload only. From any thread. */
    boolean isCrowded() {
        return heldBytes > MAX_HELD_BYTES;
    }

    /** Lets a session go on now, or once there is room. */
    void await(PublishSession session) {
        if (!closed) {
            waiting(session.priority()).add(session);
            admit();
        }
    }

    /** Room may have come: those who wait are let go on after the present step. */
    void resume() {
        if (!admitting && !scheduled && next() != null) {
            scheduled = true;
            scheduler.schedule(() -> {
                scheduled = false;
                admit();
            });
        }
    }

    private void admit() {
        if (admitting) {
            return; // a session that was let go on and came back to wait: the loop below sees it, after the others
        }
        admitting = true;
        for (Deque<PublishSession> queue = next(); queue != null; queue = next()) {
            queue.remove().proceed();
        }
        admitting = false;
    }

    /** Whose turn it is among those that wait: the critical ones' while they have room. */
    private @Nullable Deque<PublishSession> next() {
        if (mayGoOn(Priority.CRITICAL)) {
            return waiting(Priority.CRITICAL);
        }
        return mayGoOn(Priority.NORMAL) ? waiting(Priority.NORMAL) : null;
    }

    private boolean mayGoOn(Priority priority) {
        return !waiting(priority).isEmpty() && hasRoom.test(priority);
    }

    private Deque<PublishSession> waiting(Priority priority) {
        return Objects.requireNonNull(waiting.get(priority));
    }

    /** The node stops: every session, and each that comes later, fails. */
    void close() {
        closed = true;
        waiting.values().forEach(Deque::clear);
        List<PublishSession> sessions = List.copyOf(open);
        open.clear();
        sessions.forEach(session -> session.fail(Stopped.error()));
    }
}
