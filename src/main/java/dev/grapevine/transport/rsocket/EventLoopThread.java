package dev.grapevine.transport.rsocket;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;

/** The one thread of a transport: a daemon that runs one event loop, and tells when it is really gone. */
final class EventLoopThread {

    private static final long SHUTDOWN_SECONDS = 5;

    private final Sinks.Empty<Void> gone = Sinks.empty();
    private final EventLoopGroup group;

    EventLoopThread(String name) {
        ThreadFactory threads = task -> new LoopThread(task, name);
        group = new MultiThreadIoEventLoopGroup(1, threads, UnhurriedHandler.factory(NioIoHandler.newFactory()));
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
