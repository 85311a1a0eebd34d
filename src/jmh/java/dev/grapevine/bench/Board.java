package dev.grapevine.bench;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * What each receiver has got, and when, in memory that all processes of a run share: {@link System#nanoTime} counts from the
 * same moment in all processes of a Linux machine.
 */
final class Board {

    /** Most timed messages at once. */
    static final int MAX_TIMED = 1 << 14;

    private static final int LINE = 128; // so that no two receivers write to one cache line, nor to neighbours
    private static final int COUNT = 0;
    private static final int GOAL = 8;
    private static final int DONE_AT = 16;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer memory;
    private final int receivers;

    Board(Path file, int members) throws IOException {
        receivers = members - 1;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(
                    FileChannel.MapMode.READ_WRITE, 0, receivers * ((long) LINE + (long) MAX_TIMED * Long.BYTES));
        }
    }

    private long get(int at) {
        return (long) LONG.getAcquire(memory, at);
    }

    private void set(int at, long value) {
        LONG.setRelease(memory, at, value);
    }

    private int timed(int receiver, long number) {
        return receivers * LINE + (receiver * MAX_TIMED + (int) number) * Long.BYTES;
    }

    /** Member {@code receiver + 1} got a message; from one thread at a time. */
    void arrived(int receiver, long number) {
        int line = receiver * LINE;
        if (number >= 0) {
            set(timed(receiver, number), System.nanoTime());
        }
        long count = get(line + COUNT) + 1;
        if (count == get(line + GOAL)) {
            set(line + DONE_AT, System.nanoTime());
        }
        set(line + COUNT, count);
    }

    /** So many more messages are awaited by each receiver. Before they are published. */
    void expect(int count) {
        for (int receiver = 0; receiver < receivers; receiver++) {
            int line = receiver * LINE;
            set(line + GOAL, get(line + COUNT) + count);
        }
    }

    /** How many of what was expected the last receiver still lacks. */
    long missing() {
        long missing = 0;
        for (int receiver = 0; receiver < receivers; receiver++) {
            int line = receiver * LINE;
            missing = Math.max(missing, get(line + GOAL) - get(line + COUNT));
        }
        return missing;
    }

    /** Waits until no receiver lacks more than so many, or the time is over; whether that is so. */
    boolean await(long missing, long nanos) {
        long deadline = System.nanoTime() + nanos;
        while (missing() > missing) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(20_000);
        }
        return true;
    }

    /** When the last receiver got the last message of those that were expected. */
    long doneAt() {
        long last = Long.MIN_VALUE;
        for (int receiver = 0; receiver < receivers; receiver++) {
            last = Math.max(last, get(receiver * LINE + DONE_AT));
        }
        return last;
    }

    /** When the last receiver got a timed message. */
    long arrivedAt(int number) {
        long last = Long.MIN_VALUE;
        for (int receiver = 0; receiver < receivers; receiver++) {
            last = Math.max(last, get(timed(receiver, number)));
        }
        return last;
    }
}
