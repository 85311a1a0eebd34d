package dev.grapevine.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The calls of one kind that are under way, bounded by their number and by the bytes that were given with them. */
final class UnderWay {

    private final String tooMany;
    private final String tooLong;
    private final int maxCalls;
    private final long maxBytes;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * No calls yet.
     *
     * @param what what the calls are, for people
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
        int count = calls.incrementAndGet();
        long held = bytes.addAndGet(size);
        if (count <= maxCalls && held <= maxBytes) {
            return null;
        }
        leave(size);
        return count > maxCalls ? tooMany : tooLong;
    }

    /** One that had entered is over. */
    void leave(long size) {
        calls.decrementAndGet();
        bytes.addAndGet(-size);
    }
}
