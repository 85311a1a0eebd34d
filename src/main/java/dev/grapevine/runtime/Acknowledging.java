package dev.grapevine.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The subscriptions of a node whose subscribers have to acknowledge within a time. */
final class Acknowledging {

    private static final Logger log = LoggerFactory.getLogger(Acknowledging.class);

    private final LongSupplier nanos;
    private final List<AcknowledgeSubscription<?>> subscriptions = new CopyOnWriteArrayList<>();

    /**
     * Nobody has to.
     *
     * @param nanos the node's clock
     */
    Acknowledging(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** By which their deadlines go. */
    LongSupplier nanos() {
        return nanos;
    }

    void add(AcknowledgeSubscription<?> subscription) {
        subscriptions.add(subscription);
    }

    void remove(AcknowledgeSubscription<?> subscription) {
        subscriptions.remove(subscription);
    }

    /** Whether there are any. */
    boolean isAny() {
        return !subscriptions.isEmpty();
    }

    /** Time has passed; on the node's thread. */
    void tick() {
        subscriptions.forEach(Acknowledging::tick);
    }

    /** Whatever one throws ends that one: the node, and the others, have no part in it. */
    private static void tick(AcknowledgeSubscription<?> subscription) {
        try {
            subscription.tick();
        } catch (Throwable defect) {
            log.warn("A subscription that acknowledges ends: {} was thrown as time passed", defect.toString(), defect);
            subscription.fail(defect);
        }
    }
}
