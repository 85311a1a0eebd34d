package dev.grapevine.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** The subscriptions of a node whose subscribers have to acknowledge within a time. */
final class Acknowledging {

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
        subscriptions.forEach(AcknowledgeSubscription::tick);
    }
}
