package dev.grapevine.runtime;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import reactor.core.scheduler.Scheduler;

/**
 * Lets publishers go on as there is room in the outboxes, in the order in which they came to wait. Confined to the
 * node's thread.
 *
 * <p>Nobody is let go on from within a step of the core: what a publisher then gives would wait for the step's end
 * unseen by the outboxes, and there would seem to be room for all.
 */
final class Admission {

    /** Bytes that publish calls may hold together; beyond it each holds one payload. */
    static final long MAX_HELD_BYTES = 64 << 20;

    private final BooleanSupplier hasRoom;
    private final Scheduler scheduler;
    private final ArrayDeque<PublishSession> waiting = new ArrayDeque<>();
    private final Set<PublishSession> open = new LinkedHashSet<>();
    private boolean admitting;
    private boolean scheduled;
    private boolean closed;
    private volatile long heldBytes;

    Admission(BooleanSupplier hasRoom, Scheduler scheduler) {
        this.hasRoom = hasRoom;
        this.scheduler = scheduler;
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
        waiting.remove(session);
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
            waiting.add(session);
            admit();
        }
    }

    /** Room may have come: those who wait are let go on after the present step. */
    void resume() {
        if (!admitting && !scheduled && !waiting.isEmpty() && hasRoom.getAsBoolean()) {
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
        while (!waiting.isEmpty() && hasRoom.getAsBoolean()) {
            waiting.remove().proceed();
        }
        admitting = false;
    }

    /** The node stops: every session, and each that comes later, fails. */
    void close() {
        closed = true;
        waiting.clear();
        List<PublishSession> sessions = List.copyOf(open);
        open.clear();
        sessions.forEach(session -> session.fail(Stopped.error()));
    }
}
