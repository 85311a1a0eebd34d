package dev.grapevine.runtime;

import dev.grapevine.topic.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Lets publishers go on as there is room in the outboxes, in the order in which they came to wait; critical ones look for
 * room in outboxes of their own, and wait for no others; those whose next message is a large one also wait until the peers
 * have fetched enough of those before, and hold up no others. Confined to the node's thread, on which it is made, but for what
 * says otherwise.
 *
 * <p>Nobody is let go on from within a step of the core: what a publisher then gives would wait for the step's end
 * unseen by the outboxes, and there would seem to be room for all.
 */
final class Admission {

    /** Bytes that publish calls may hold together; beyond it each holds one payload. */
    static final long MAX_HELD_BYTES = 64 << 20;

    /**
     * So many portions are given to the core one after the other; then the node's thread looks at its sockets and clocks before the
     * next. Where there is always room, as for a node alone, a source that keeps up would have that thread for itself.
     */
    static final int PORTIONS_A_TURN = 8;

    /** Says whether messages may go on. */
    @FunctionalInterface
    interface Room {
        /**
         * Whether there is room.
         *
         * @param priority for messages of this priority
         * @param isLarge whether for a large one
         */
        boolean isThere(Priority priority, boolean isLarge);

        /** Whether there is, or can be, a stream of this name: a node publishes so many at most. */
        default boolean isForStream(String stream) {
            return true;
        }
    }

    private final Room room;
    private final Scheduler scheduler;
    private final Thread thread = Thread.currentThread();
    private final List<Waiting> waiting = List.of(
            new Waiting(Priority.CRITICAL, false),
            new Waiting(Priority.CRITICAL, true),
            new Waiting(Priority.NORMAL, false),
            new Waiting(Priority.NORMAL, true));
    private final Set<PublishSession> open = new LinkedHashSet<>();

    /** Streams that this node publishes; there are no more than it may. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    private volatile boolean criticalBlocked;
    private volatile boolean normalBlocked;
    private long turns;
    private boolean admitting;
    private boolean scheduled;
    private boolean closed;
    private volatile long heldBytes;

    /**
     * Nobody waits yet.
     *
     * @param room whether messages may go on
     * @param scheduler the node's thread
     */
    Admission(Room room, Scheduler scheduler) {
        this.room = room;
        this.scheduler = scheduler;
    }

    /** The node's thread. */
    Scheduler scheduler() {
        return scheduler;
    }

    /** Whether the caller is on the node's thread. */
    boolean isHere() {
        return Thread.currentThread() == thread;
    }

    /** Whether the node has stopped. */
    boolean isClosed() {
        return closed;
    }

    /** A session begins: it fails when the node stops, even while it waits for its source. */
    void enter(PublishSession session) {
        if (closed) {
            session.fail(Stopped.error());
        } else {
            open.add(session);
        }
    }

    /**
     * A session is over.
     *
     * @param isWaiting whether it waits for room
     */
    void leave(PublishSession session, boolean isWaiting) {
        open.remove(session);
        if (isWaiting) {
            waiting.forEach(queue -> queue.sessions.remove(session));
        }
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

    /** Whether there is, or can be, a stream of this name. */
    boolean takes(String stream) {
        return room.isForStream(stream);
    }

    /** Something was published, so there is a stream of this name. */
    void begun(String stream) {
        if (!begun.contains(stream)) {
            begun.add(stream);
        }
    }

    /**
     * Whether a small message need not wait: there is its stream, and when last looked, which is after each publication, there
     * was room and nobody waited for it. From any thread.
     */
    boolean isClear(String stream, Priority priority) {
        return !(priority == Priority.CRITICAL ? criticalBlocked : normalBlocked) && begun.contains(stream);
    }

    /** Looks whether the next small message need not wait. */
    void look(Priority priority) {
        boolean blocked = !room.isThere(priority, false);
        for (Waiting queue : waiting) {
            blocked |= queue.priority == priority && !queue.isLarge && !queue.sessions.isEmpty();
        }
        if (priority == Priority.CRITICAL) {
            criticalBlocked = blocked;
        } else {
            normalBlocked = blocked;
        }
    }

    /** Lets a session go on now, or once there is room. */
    void await(PublishSession session) {
        if (!closed) {
            for (Waiting queue : waiting) {
                if (queue.priority == session.priority() && queue.isLarge == session.isNextLarge()) {
                    queue.sessions.add(session);
                    session.turn(++turns);
                }
            }
            if (!admitting) { // else it was let go on and came back to wait: the loop sees it, after the others
                if (!scheduled) {
                    admit();
                }
                look(session.priority());
            }
        }
    }

    /** Room may have come: those who wait are let go on after the present step. */
    void resume() {
        if (admitting || scheduled) {
            return; // a look follows
        }
        if (next() != null) {
            scheduled = true;
            scheduler.schedule(this::goOn);
        } else {
            lookAgain();
        }
    }

    private void goOn() {
        scheduled = false;
        admit();
        lookAgain();
    }

    private void lookAgain() {
        if (criticalBlocked) {
            look(Priority.CRITICAL);
        }
        if (normalBlocked) {
            look(Priority.NORMAL);
        }
    }

    private void admit() {
        admitting = true;
        try {
            Waiting queue = next();
            for (int portions = 0; queue != null && portions < PORTIONS_A_TURN; portions++) {
                queue.sessions.remove().proceed();
                queue = next();
            }
            if (queue != null) {
                scheduled = true;
                scheduler.schedule(this::goOn, 1, TimeUnit.NANOSECONDS); // by the clock: behind the sockets
            }
        } finally {
            admitting = false;
        }
    }

    /**
     * Whose turn it is among those that wait and have room: the critical ones', then in the order in which they came, so that
     * neither small messages nor large ones wait for ever while there are always some of the others.
     */
    private @Nullable Waiting next() {
        Waiting first = null;
        for (Waiting queue : waiting) {
            boolean isBehind = first != null && (first.priority != queue.priority || first.turn() < queue.turn());
            if (!queue.sessions.isEmpty() && !isBehind && room.isThere(queue.priority, queue.isLarge)) {
                first = queue;
            }
        }
        return first;
    }

    /** The node stops: every session, and each that comes later, fails. */
    void close() {
        closed = true;
        waiting.forEach(queue -> queue.sessions.clear());
        List<PublishSession> sessions = List.copyOf(open);
        open.clear();
        sessions.forEach(session -> session.fail(Stopped.error()));
    }

    /** Those who wait for the same room, in the order in which they came. */
    private static final class Waiting {
        private final Priority priority;
        private final boolean isLarge;
        private final Deque<PublishSession> sessions = new ArrayDeque<>();

        Waiting(Priority priority, boolean isLarge) {
            this.priority = priority;
            this.isLarge = isLarge;
        }

        /** When the first of them came. */
        private long turn() {
            return sessions.isEmpty() ? Long.MAX_VALUE : sessions.getFirst().turn();
        }
    }
}
