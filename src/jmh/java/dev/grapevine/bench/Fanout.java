package dev.grapevine.bench;

import java.time.Duration;

/**
 * Members of one cluster, in this process, by whatever carries the messages: member 0 publishes, each other one writes on
 * the {@link Board} what comes. Each message begins with its number, see {@link Numbered}.
 */
interface Fanout extends AutoCloseable {

    /** Longest that members may take to find each other. */
    Duration PATIENCE = Duration.ofSeconds(60);

    /** Makes the members that a placement puts into this process; returns when they have found each other. */
    @FunctionalInterface
    interface Kind {

        Fanout start(Placement placement, Board board) throws Exception;
    }

    /**
     * Publishes a message as often as said, as fast as it is taken, in order; returns when the last one is handed over.
     * Where a system does not hold back its publisher, this does, by what the board says.
     *
     * @param message the message, the same each time
     * @param count how often
     */
    void burst(byte[] message, int count) throws Exception;

    /**
     * Publishes one message; returns as soon as the system's own call does.
     *
     * @param message the message
     */
    void publish(byte[] message) throws Exception;

    @Override
    void close();
}
