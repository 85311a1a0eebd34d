package dev.grapevine;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/** Remembers each blocking call that BlockHound finds, since an error that it throws may be caught by whoever called. */
public final class BlockingCalls implements BlockHoundIntegration {

    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

    @Override
    public void applyTo(BlockHound.Builder builder) {
        // Users' code may block on these; the library's own must not.
        builder.nonBlockingThreadPredicate(
                        present -> present.or(thread -> thread.getName().matches("grapevine-.*-(delivery|answers)-.*")))
                .allowBlockingCallsInside("dev.grapevine.runtime.DrainSubscription", "giveWay")
                .allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "getTask")
                .allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "processWorkerExit")
                .allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "addWorker");
        builder.blockingMethodCallback(method -> {
            BlockingOperationError error = new BlockingOperationError(method);
            SEEN.add(Thread.currentThread().getName() + ": " + method + " at " + caller(error));
            throw error;
        });
    }

    private static String caller(Throwable error) {
        StringBuilder frames = new StringBuilder();
        for (StackTraceElement frame : error.getStackTrace()) {
            if (!frame.getClassName().startsWith("reactor.blockhound") && frames.length() < 1000) {
                frames.append("\n    ").append(frame);
            }
        }
        return frames.toString();
    }

    static Collection<String> seenOn(String threadPrefix) {
        return SEEN.stream().filter(call -> call.startsWith(threadPrefix)).toList();
    }
}
