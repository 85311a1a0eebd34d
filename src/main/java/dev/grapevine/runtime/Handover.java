package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.topic.Priority;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Single messages that the node takes over while there is room, so that their calls are over at once, on the callers' own
 * threads: an answer from the node's thread would wake another thread for each, beside those that the message itself wakes.
 *
 * <p>What is taken over is certain to be carried out: it is queued on the node's thread, before whatever anybody asks of the
 * node afterwards, and nothing is taken over that may have to wait, or once the node {@linkplain #end has been told to stop}.
 * How much is under way to the node's thread is bounded, and by so much an outbox may be filled beyond its mark.
 */
final class Handover {

    /** Most messages under way to the node's thread. */
    static final int MAX_MESSAGES = 64;

    /** Most bytes of these, which is one run. */
    static final int MAX_BYTES = DisseminationFrame.RUN_BYTES;

    private static final Logger log = LoggerFactory.getLogger(Handover.class);

    private final Commands commands;
    private final UnderWay underWay = new UnderWay("messages", MAX_MESSAGES, MAX_BYTES);
    private volatile boolean ended;

    /**
     * Nothing is under way.
     *
     * @param commands the way to the core
     */
    Handover(Commands commands) {
        this.commands = commands;
    }

    /**
     * Takes a message over, or leaves it to a call that waits; on the caller's thread.
     *
     * @param stream the stream's name: the topic's, or that of its critical messages
     * @return whether it will be published
     */
    boolean take(String stream, Priority priority, Bytes payload, Admission admission) {
        int length = payload.length();
        if (ended || length > DisseminationFrame.MAX_CHUNK_BYTES || !admission.isClear(stream, priority)) {
            return false;
        }
        if (!underWay.enter(length)) {
            return false;
        }
        Message message = new Message(stream, priority, payload, admission);
        try {
            admission.scheduler().schedule(message);
        } catch (RejectedExecutionException e) { // the node has stopped, which the call that waits is told
            underWay.leave(length);
            return false;
        }
        // Whoever sees here that it has not ended was queued before what the end brings. Who sees that it has may have
        // come
        // too late, and takes the message back, unless it is published already.
        return !(ended && message.takeBack());
    }

    /** The node is told to stop: from now on every call is answered by the node. From any thread. */
    void end() {
        ended = true;
    }

    /** One message; claimed once, by the node's thread or by who takes it back. */
    private final class Message implements Runnable {

        private final Input.Publish publish;
        private final Priority priority;
        private final int length;
        private final Admission admission;
        private final AtomicBoolean claimed = new AtomicBoolean();

        Message(String stream, Priority priority, Bytes payload, Admission admission) {
            this.publish = new Input.Publish(stream, List.of(payload));
            this.priority = priority;
            this.length = payload.length();
            this.admission = admission;
        }

        boolean takeBack() {
            boolean isBack = claimed.compareAndSet(false, true);
            if (isBack) {
                underWay.leave(length);
            }
            return isBack;
        }

        @Override
        public void run() {
            if (!claimed.compareAndSet(false, true)) {
                return;
            }
            if (!commands.accept(publish)) {
                log.warn(
                        "A message to '{}' is lost: the node failed after its call was over",
                        StreamName.topic(publish.topic()));
            }
            underWay.leave(length);
            admission.look(priority);
        }
    }
}
