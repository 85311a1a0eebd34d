package dev.grapevine.bench;

import java.util.concurrent.TimeUnit;

/** Holds back a publisher whose system does not: a message goes out only while the last receiver lacks few of those before. */
final class Window {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Board board;
    private final int count;
    private final int size;

    /**
     * A window over a burst that is already expected.
     *
     * @param count messages of the burst
     * @param size how many may be under way
     */
    Window(Board board, int count, int size) {
        this.board = board;
        this.count = count;
        this.size = size;
    }

    /** Waits until so many messages may have been published. */
    void await(int published) {
        board.await((long) count - published + size, PATIENCE_NANOS);
    }
}
