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

    /** The call, from its subscription on, or an error if there are too many. */
    Mono<Void> call(long size, Supplier<Mono<Void>> action) {
        return Mono.defer(() -> {
            String beyond = enter(size);
            return beyond == null
                    ? action.get().doFinally(signal -> leave(size))
                    : Mono.error(new IllegalStateException(
                            "More than " + beyond + " are under way: wait for some to complete"));
        });
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
