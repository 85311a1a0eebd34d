package dev.grapevine.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** The calls of one kind that are under way, bounded by their number and by the bytes that were given with them. */
final class UnderWay {

    private final String what;
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
        this.what = what;
        this.maxCalls = maxCalls;
        this.maxBytes = maxBytes;
    }

    /** The call, from its subscription on, or an error if there are too many. */
    Mono<Void> call(long size, Supplier<Mono<Void>> action) {
        return Mono.defer(() -> enter(size)
                ? action.get().doFinally(signal -> leave(size))
                : Mono.error(new IllegalStateException(
                        "More than " + limit() + " are under way: wait for some to complete")));
    }
    /** One more, if there may be: then {@link #leave} has to follow. */
    boolean enter(long size) {
        int count = calls.incrementAndGet();
        long held = bytes.addAndGet(size);
        boolean entered = count <= maxCalls && held <= maxBytes;
        if (!entered) {
            leave(size);
        }
        return entered;
    }

    /** One that had entered is over. */
    void leave(long size) {
        calls.decrementAndGet();
        bytes.addAndGet(-size);
    }

    private String limit() {
        return calls.get() >= maxCalls ? maxCalls + " " + what : maxBytes + " bytes of " + what;
    }
}
