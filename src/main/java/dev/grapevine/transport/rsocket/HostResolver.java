package dev.grapevine.transport.rsocket;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * Resolves host names as the JDK does (hosts file, search domains, whatever the system is set up for), but never on the
 * event loop, since that blocks: on at most {@value #THREADS} daemon threads that end when idle, with at most
 * {@value #MAX_WAITING} names waiting. Further ones fail. Nothing is kept here; the JDK keeps an answer for the time
 * that {@code networkaddress.cache.ttl} states.
 */
final class HostResolver {

    private static final int THREADS = 2;
    private static final int MAX_WAITING = 256;
    private static final long IDLE_SECONDS = 5;

    private final EventLoop loop;
    private final ThreadPoolExecutor threads;

    HostResolver(EventLoop loop, String name) {
        this.loop = loop;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The addresses of a host.
     *
     * @param host a name or a literal address
     * @return at least one address, on the event loop, or {@link UnknownHostException}
     */
    Mono<List<InetAddress>> resolve(String host) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            return Mono.fromCallable(() -> List.of(InetAddress.getByAddress(host, literal)));
        }
        return Mono.create(sink -> {
            try {
                threads.execute(() -> lookUp(host, sink));
            } catch (RejectedExecutionException e) {
                sink.error(new UnknownHostException("Too many names are being resolved: " + host));
            }
        });
    }

    /**
     * An address to bind.
     *
     * @param host a name or a literal address
     * @return the address on a thread of the resolver, which may block: the first server socket of a process makes the
     *     JDK read a file
     */
    Mono<InetAddress> resolveToBind(String host) {
        return Mono.fromCallable(() -> InetAddress.getByName(host)).subscribeOn(Schedulers.fromExecutor(threads));
    }

    private void lookUp(String host, MonoSink<List<InetAddress>> sink) {
        try {
            List<InetAddress> found = List.of(InetAddress.getAllByName(host));
            loop.execute(() -> sink.success(found));
        } catch (UnknownHostException e) {
            loop.execute(() -> sink.error(e));
        } catch (RejectedExecutionException e) {
            // The transport was disposed while the name was looked up: nobody waits for it any more.
            sink.success();
        }
    }

    /** Ends the threads; one that the system holds in a lookup ends when that returns. */
    void dispose() {
        threads.shutdownNow();
    }
}
