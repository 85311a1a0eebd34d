package dev.grapevine.transport.rsocket;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;

/** The one thread of a transport: a daemon that runs one event loop, and tells when it is really gone. */
final class EventLoopThread {

    private static final long SHUTDOWN_SECONDS = 5;

    /**
     * How long tasks that bring further tasks may go on before sockets and clocks are looked at again, in milliseconds. (Netty's
     * default is a second, for which nobody would hear anything of a member that has much to publish.)
     */
    private static final long TASKS_MILLIS = 10;

    private final Sinks.Empty<Void> gone = Sinks.empty();
    private final EventLoopGroup group;

    EventLoopThread(String name) {
        ThreadFactory threads = task -> new LoopThread(task, name);
        group = new MultiThreadIoEventLoopGroup(1, threads, UnhurriedHandler.factory(NioIoHandler.newFactory())) {
            @Override
            protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... unused) {
                return new SingleThreadIoEventLoop(
                        this, executor, handlers, Integer.MAX_VALUE, RejectedExecutionHandlers.reject(), TASKS_MILLIS);
            }
        };
    }

    EventLoopGroup group() {
        return group;
    }

    EventLoop loop() {
        return group.next();
    }

    /** Stops the loop; completes as the last thing that the thread does. */
    Mono<Void> stop() {
        return Mono.defer(() -> {
            var unused = group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
            return gone.asMono();
        });
    }

    /** Marked as one that must not be blocked, so that Reactor and BlockHound refuse to. */
    private final class LoopThread extends FastThreadLocalThread implements NonBlocking {

        LoopThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                super.run();
            } finally {
                gone.tryEmitEmpty();
            }
        }
    }
}
