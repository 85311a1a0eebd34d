package dev.grapevine.runtime;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The calls of one kind that are under way, bounded by their number and by the bytes that were given with them. */
final class UnderWay {

    /** More than the bytes of all may be. */
    private static final long CALL = 1L << 40;

    private final String tooMany;
    private final String tooLong;
    private final int maxCalls;
    private final long maxBytes;

    /** The bytes of all, and for each call {@link #CALL}: one number, so that who is refused never takes a place from another. */
    private final AtomicLong held = new AtomicLong();

    /**
     * No calls yet.
     *
     * @param what what the calls are, for people
     * @param maxCalls how many, less than 2<sup>23</sup>
     * @param maxBytes how many bytes, less than 2<sup>40</sup>
     */
    UnderWay(String what, int maxCalls, long maxBytes) {
        this.tooMany = maxCalls + " " + what;
        this.tooLong = maxBytes + " bytes of " + what;
        this.maxCalls = maxCalls;
        this.maxBytes = maxBytes;
    }

    /**
     * The call, from its subscription on, or an error if there are too many. It is no longer under way when its end is told, so
     * that who waits for that may call again at once.
     */
    Mono<Void> call(long size, Supplier<Mono<Void>> action) {
        return Mono.using(() -> admitted(size), entered -> action.get(), this::leave, true);
    }

    private long admitted(long size) {
        String beyond = enter(size);
        if (beyond != null) {
            throw new IllegalStateException("More than " + beyond + " are under way: wait for some to complete");
        }
        return size;
    }

    /** One more, if there may be: then {@link #leave} has to follow. Otherwise the limit that it would exceed. */
    @Nullable String enter(long size) {
        long before = held.get();
        String beyond = beyond(before, size);
        while (beyond == null && !held.compareAndSet(before, before + CALL + size)) {
            before = held.get();
            beyond = beyond(before, size);
        }
        return beyond;
    }

    private @Nullable String beyond(long before, long size) {
        if (before / CALL >= maxCalls) {
            return tooMany;
        }
        return before % CALL + size > maxBytes ? tooLong : null;
    }

    /** One that had entered is over. */
    void leave(long size) {
        held.addAndGet(-CALL - size);
    }
}
