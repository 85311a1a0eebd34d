package dev.grapevine.runtime;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/**
 * Lets publishers go on as there is room in the outboxes, in the order in which they came to wait. Confined to the
 * node's thread.
 */
final class Admission {

    private final BooleanSupplier hasRoom;
    private final ArrayDeque<PublishSession> waiting = new ArrayDeque<>();
    private boolean resuming;
    private boolean closed;

    Admission(BooleanSupplier hasRoom) {
        this.hasRoom = hasRoom;
    }

    /** Lets a session go on now, or once there is room. */
    void await(PublishSession session) {
        if (closed) {
            session.fail(new IllegalStateException("The node has stopped"));
            return;
        }
        waiting.add(session);
        resume();
    }

    /** Room may have come: lets go on as many as there is room for. */
    void resume() {
        if (resuming) {
            return; // a session that was let go on and came back to wait is seen by the loop below
        }
        resuming = true;
        // Each session once: one that comes back at once must not keep the others from their turn.
        for (int turns = waiting.size(); turns > 0 && hasRoom.getAsBoolean(); turns--) {
            waiting.remove().proceed();
        }
        resuming = false;
    }

    void remove(PublishSession session) {
        waiting.remove(session);
    }

    /** The node stops: whoever waits, and whoever comes later, fails. */
    void close() {
        closed = true;
        while (!waiting.isEmpty()) {
            waiting.remove().fail(new IllegalStateException("The node has stopped"));
        }
    }
}
