package dev.grapevine.transport.rsocket;

import dev.grapevine.membership.Address;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
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

    /** Which servers are asked: those that the system is set up for. */
    private static final String SYSTEM_DNS = "dns:";

    private final EventLoop loop;
    private final String dns;
    private final ThreadPoolExecutor threads;

    HostResolver(EventLoop loop, String name) {
        this(loop, name, SYSTEM_DNS);
    }

    /** Asks a server of its own for services: {@code dns://host:port}. */
    HostResolver(EventLoop loop, String name, String dns) {
        this.loop = loop;
        this.dns = dns;
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
        return onThreads(host, () -> List.of(InetAddress.getAllByName(host)));
    }

    /**
     * The hosts of a service.
     *
     * @param service its full name
     * @return host and port of each SRV record, at least one, on the event loop, or an error
     */
    Mono<List<Address>> services(String service) {
        return onThreads(service, () -> ServiceRecords.lookUp(service, dns));
    }

    private <T> Mono<T> onThreads(String name, Callable<T> lookup) {
        return Mono.create(sink -> {
            try {
                threads.execute(() -> lookUp(lookup, sink));
            } catch (RejectedExecutionException e) {
                sink.error(new UnknownHostException("Too many names are being resolved: " + name));
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

    private <T> void lookUp(Callable<T> lookup, MonoSink<T> sink) {
        Runnable answer;
        try {
            T found = lookup.call();
            answer = () -> sink.success(found);
        } catch (Exception e) {
            answer = () -> sink.error(e);
        }
        try {
            loop.execute(answer);
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
