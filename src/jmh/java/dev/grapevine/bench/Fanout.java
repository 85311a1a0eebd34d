package dev.grapevine.bench;

import java.time.Duration;

/** One member that publishes to all others, by whatever carries the messages. */
interface Fanout extends AutoCloseable {

    /** Longest that a burst or a single message may take before the run is given up as broken. */
    Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Publishes messages as fast as they are taken and waits until every other member has got all of them.
     *
     * @param count how many
     * @param bytes size of each
     * @return nanoseconds from the first to the last delivery of the last member
     */
    long burst(int count, int bytes);

    /**
     * Publishes one message and waits until every other member has got it.
     *
     * @param bytes its size
     * @return nanoseconds from the call to the last delivery
     */
    long single(int bytes);

    @Override
    void close();
}
