package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.step.LinkLoss;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.tcp.TcpClient;

/**
 * Connects to whichever of a host's addresses answers first, in the manner of Happy Eyeballs (RFC 8305, section 5): they
 * are begun in the order of the resolver, the next one when the one before has failed or has not answered for
 * {@link #ATTEMPT_DELAY}. So an address that swallows packets costs a quarter of a second, not the whole dial.
 *
 * <p>For one dial; everything happens on the event loop.
 */
final class AddressRace {

    /** What RFC 8305 recommends for the time between two attempts. */
    static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

    private final RSocketEndpoint endpoint;
    private final RSocketTransport transport;
    private final int port;
    private final List<InetAddress> failed = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    /**
     * The address that won.
     *
     * @param connection the connection to it
     * @param rest the addresses that are left to try: those whose turn has not come, then those that did not answer yet
     */
    record Winner(PeerConnection connection, List<InetAddress> rest) {}

    AddressRace(RSocketEndpoint endpoint, RSocketTransport transport, int port) {
        this.endpoint = endpoint;
        this.transport = transport;
        this.port = port;
    }

    /**
     * The first connection, or why there is none: that nobody listens only if every address says so.
     *
     * @param hosts at least one address
     */
    Mono<Winner> run(List<InetAddress> hosts) {
        List<Mono<Winner>> attempts = new ArrayList<>();
        Mono<Void> turn = Mono.empty();
        for (InetAddress host : hosts) {
            Sinks.Empty<Void> over = Sinks.empty();
            attempts.add(turn.then(connectTo(host))
                    .map(connection -> new Winner(connection, rest(hosts, host)))
                    .doOnError(error -> {
                        failed.add(host);
                        failures.add(error);
                        over.tryEmitEmpty();
                    }));
            Mono<Void> late =
                    turn.then(Mono.delay(ATTEMPT_DELAY, transport.scheduler())).then();
            turn = Mono.firstWithSignal(over.asMono(), late);
        }
        return Mono.firstWithValue(attempts).onErrorMap(all -> failures.stream()
                .filter(error -> !DialFailures.isConnectionRefused(error))
                .findFirst()
                .orElse(failures.isEmpty() ? all : failures.get(0)));
    }

    private List<InetAddress> rest(List<InetAddress> hosts, InetAddress winner) {
        int index = hosts.indexOf(winner);
        return Stream.concat(hosts.subList(index + 1, hosts.size()).stream(), hosts.subList(0, index).stream())
                .filter(host -> !failed.contains(host))
                .toList();
    }

    private Mono<PeerConnection> connectTo(InetAddress host) {
        InetSocketAddress remote = new InetSocketAddress(host, port);
        return TcpClient.newConnection()
                .runOn(transport.thread().group())
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .remoteAddress(() -> remote)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(
                        Integer.MAX_VALUE, transport.limits().handshakeTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, RSocketEndpoint.WATER_MARKS)
                .doOnChannelInit((observer, channel, peer) ->
                        endpoint.connection(channel, true).install())
                .connect()
                .flatMap(connected -> notToItself(connected.channel()));
    }

    /**
     * A dial to a port of the ephemeral range at which nobody listens can be given that very port as its source, and
     * then connects to itself: TCP's simultaneous open. Nobody listens there.
     */
    private static Mono<PeerConnection> notToItself(Channel channel) {
        PeerConnection connection = channel.pipeline().get(PeerConnection.class);
        if (channel.localAddress().equals(channel.remoteAddress())) {
            connection.close(LinkLoss.LOCAL);
            return Mono.error(new ConnectException("Connection refused: connected to itself"));
        }
        return Mono.just(connection);
    }
}
