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
        return Mono.defer(() -> {
            int count = calls.incrementAndGet();
            long held = bytes.addAndGet(size);
            if (count > maxCalls || held > maxBytes) {
                leave(size);
                String limit = count > maxCalls ? maxCalls + " " + what : maxBytes + " bytes of " + what;
                return Mono.error(
                        new IllegalStateException("More than " + limit + " are under way: wait for some to complete"));
            }
            return action.get().doFinally(signal -> leave(size));
        });
    }

    private void leave(long size) {
        calls.decrementAndGet();
        bytes.addAndGet(-size);
    }
}
