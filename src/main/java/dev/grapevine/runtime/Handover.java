package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.topic.Priority;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Single messages that the node takes over while there is room, so that their calls are over at once, on the callers' own
 * threads: an answer from the node's thread would wake another thread for each, beside those that the message itself wakes.
 *
 * <p>What is taken over is certain to be carried out: it is queued on the node's thread, before whatever anybody asks of the
 * node afterwards, and nothing is taken over that may have to wait, or would pass a call that does, or once the node
 * {@linkplain #end has been told to stop}. How much is under way to the node's thread is bounded, and by so much an outbox may
 * be filled beyond its mark. Only a pipeline that fails can lose it.
 */
final class Handover {

    /** Most messages under way to the node's thread. */
    static final int MAX_MESSAGES = 64;

    /** Most bytes of these, which is one run. */
    static final int MAX_BYTES = DisseminationFrame.RUN_BYTES;

    private static final Logger log = LoggerFactory.getLogger(Handover.class);

    private final Commands commands;
    private final UnderWay underWay = new UnderWay("messages", MAX_MESSAGES, MAX_BYTES);
    private final AtomicInteger criticalCalls = new AtomicInteger();
    private final AtomicInteger normalCalls = new AtomicInteger();
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
        if (ended || isLarge(payload) || waitingCalls(priority).get() > 0 || !admission.isClear(stream, priority)) {
            return false;
        }
        Message message = new Message(stream, priority, payload, admission);
        if (underWay.enter(message.length) != null) {
            return false;
        }
        try {
            admission.scheduler().schedule(message);
        } catch (RejectedExecutionException e) { // the node has stopped, which the call that waits is told
            return !message.takeBack();
        } catch (RuntimeException | Error e) {
            message.takeBack();
            throw e;
        }
        // Who sees here that it has not ended was queued before what the end brings. Who sees that it has may be too
        // late, and takes the message back, unless it is published already.
        return !(ended && message.takeBack());
    }

    private static boolean isLarge(Bytes payload) {
        return payload.length() > DisseminationFrame.MAX_CHUNK_BYTES;
    }

    private AtomicInteger waitingCalls(Priority priority) {
        return priority == Priority.CRITICAL ? criticalCalls : normalCalls;
    }

    /**
     * A call that waits for the node. Until it is over no message of its priority is taken over: of two calls of one thread the
     * second would pass it. Small messages may pass large ones.
     *
     * @param call which may wait, and is subscribed to now
     */
    Mono<Void> inTurn(Priority priority, Bytes payload, Mono<Void> call) {
        if (isLarge(payload)) {
            return call;
        }
        // Counted down before the call's end is told: who waits for that and calls again passes nobody.
        AtomicInteger waiting = waitingCalls(priority);
        return Mono.using(waiting::incrementAndGet, counted -> call, counted -> waiting.decrementAndGet(), true);
    }

    /** The node is told to stop, or has failed: from now on every call is answered by the node. From any thread. */
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
            // Behind what stopped the node there is none but whose caller is about to see that it has ended.
            if (admission.isClosed() || !claimed.compareAndSet(false, true)) {
                return;
            }
            if (!commands.accept(publish)) {
                end();
                log.warn(
                        "A message to '{}' is lost: the node failed after its call was over",
                        StreamName.topic(publish.topic()));
            }
            underWay.leave(length);
            admission.look(priority);
        }
    }
}
