package dev.grapevine.bench;

import dev.grapevine.bytes.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.ByteBufPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/**
 * Bare RSocket with the same batching, and nothing else: no membership, no sequences, no retained window, no
 * subscribers' buffers. One event loop a member; one connection and one request-channel a receiver; whatever is ready
 * when RSocket asks is one frame of at most 64 KiB; the receiver copies a frame once, splits it into messages and counts
 * them on its event loop.
 */
final class BareFanout implements Fanout {

    private static final int BATCH_BYTES = 64 << 10;
    private static final int IN_FLIGHT = 32;
    private static final int WINDOW = 256;
    private static final int HIGH_WATER = 512 << 10;

    private final List<EventLoopGroup> loops = new ArrayList<>();
    private final List<CloseableChannel> servers = new ArrayList<>();
    private final List<RSocket> clients = new ArrayList<>();
    private final List<BareOutbox> outboxes = new ArrayList<>();
    private final Scheduler scheduler;
    private final Arrivals arrivals;

    BareFanout(int members) {
        arrivals = new Arrivals(members - 1);
        EventLoopGroup own = loop("publisher");
        scheduler = Schedulers.fromExecutorService(own.next());
        for (int i = 0; i < members - 1; i++) {
            CloseableChannel server = receiver(i);
            servers.add(server);
            RSocket client = RSocketConnector.create()
                    .payloadDecoder(PayloadDecoder.ZERO_COPY)
                    .connect(TcpClientTransport.create(
                            TcpClient.create().runOn(own).remoteAddress(server::address)))
                    .block(PATIENCE);
            clients.add(client);
            BareOutbox outbox = new BareOutbox(BATCH_BYTES);
            outboxes.add(outbox);
            client.requestChannel(outbox.map(BareFanout::encode)).subscribe();
        }
    }

    @SuppressWarnings("deprecation") // the one way to make a group that Netty 4.1 and 4.2 share
    private EventLoopGroup loop(String name) {
        EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("bare-" + name, true));
        loops.add(loop);
        return loop;
    }

    private CloseableChannel receiver(int index) {
        SocketAcceptor acceptor = SocketAcceptor.forRequestChannel(payloads -> Flux.from(payloads)
                .limitRate(IN_FLIGHT)
                .doOnNext(payload -> arrivals.arrived(index, split(payload).size()))
                .thenMany(Flux.<Payload>never()));
        return RSocketServer.create(acceptor)
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .bind(TcpServerTransport.create(
                        TcpServer.create().host("127.0.0.1").port(0).runOn(loop("receiver-" + index))))
                .block(PATIENCE);
    }

    private static Payload encode(List<Bytes> batch) {
        int size = batch.stream().mapToInt(message -> message.length() + 4).sum();
        ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(size);
        for (Bytes message : batch) {
            buffer.writeInt(message.length());
            message.read((array, offset, length) -> buffer.writeBytes(array, offset, length));
        }
        return ByteBufPayload.create(buffer);
    }

    private static List<Bytes> split(Payload payload) {
        ByteBuf data = payload.sliceData();
        byte[] copy = new byte[data.readableBytes()];
        data.readBytes(copy);
        payload.release();
        List<Bytes> messages = new ArrayList<>();
        for (int at = 0; at < copy.length; ) {
            int length = (copy[at] & 0xff) << 24
                    | (copy[at + 1] & 0xff) << 16
                    | (copy[at + 2] & 0xff) << 8
                    | copy[at + 3] & 0xff;
            messages.add(Bytes.wrap(copy, at + 4, length));
            at += 4 + length;
        }
        return messages;
    }

    @Override
    public long burst(int count, int bytes) {
        arrivals.expect(count);
        Bytes payload = Bytes.wrap(new byte[bytes]);
        CountDownLatch done = new CountDownLatch(1);
        long start = System.nanoTime();
        Flux.range(0, count)
                .map(i -> payload)
                .publishOn(scheduler, WINDOW)
                .doOnComplete(done::countDown)
                .subscribe(new BarePublisher(scheduler, outboxes, WINDOW, HIGH_WATER));
        return arrivals.awaitLast() - start;
    }

    @Override
    public long single(int bytes) {
        arrivals.expect(1);
        Bytes payload = Bytes.wrap(new byte[bytes]);
        long start = System.nanoTime();
        scheduler.schedule(() -> outboxes.forEach(outbox -> {
            outbox.offer(payload);
            outbox.flush();
        }));
        return arrivals.awaitLast() - start;
    }

    @Override
    public void close() {
        clients.forEach(RSocket::dispose);
        servers.forEach(CloseableChannel::dispose);
        loops.forEach(EventLoopGroup::shutdownGracefully);
    }
}
