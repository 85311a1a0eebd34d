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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;
import reactor.util.retry.Retry;

/**
 * Bare RSocket with the same batching, and nothing else: no membership, no sequences, no retained window, no
 * subscribers' buffers. One event loop a member; one connection and one request-channel a receiver; whatever is ready
 * when RSocket asks is one frame of at most 64 KiB; the receiver copies a frame once, splits it into messages and looks
 * at each on its event loop.
 */
class BareFanout implements Fanout {

    private static final int BATCH_BYTES = 64 << 10;
    private static final int IN_FLIGHT = 32;
    private static final int WINDOW = 256;
    private static final int HIGH_WATER = 512 << 10;

    private final List<EventLoopGroup> loops = new ArrayList<>();
    private final List<CloseableChannel> servers = new ArrayList<>();
    private final List<RSocket> clients = new ArrayList<>();
    private final List<BareOutbox> outboxes = new ArrayList<>();
    private final Board board;
    private final UnaryOperator<Flux<List<Bytes>>> handed;
    private final Scheduler scheduler;

    BareFanout(Placement placement, Board board) {
        this(placement, board, batches -> batches);
    }

    /** As batches are handed from the event loop to who looks at them. */
    BareFanout(Placement placement, Board board, UnaryOperator<Flux<List<Bytes>>> handed) {
        this.board = board;
        this.handed = handed;
        placement.here().filter(member -> member > 0).forEach(member -> servers.add(receiver(placement, member)));
        EventLoopGroup own = loop("publisher");
        scheduler = Schedulers.fromExecutorService(own.next());
        if (placement.publishesHere()) {
            for (int member = 1; member < placement.members(); member++) {
                connect(own, placement.port(member));
            }
        }
    }

    private void connect(EventLoopGroup own, int port) {
        RSocket client = RSocketConnector.create()
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .reconnect(Retry.fixedDelay(300, Duration.ofMillis(200)))
                .connect(TcpClientTransport.create(
                        TcpClient.create().runOn(own).host(Placement.HOST).port(port)))
                .block(PATIENCE);
        clients.add(client);
        BareOutbox outbox = new BareOutbox(BATCH_BYTES);
        outboxes.add(outbox);
        client.requestChannel(outbox.map(BareFanout::encode)).subscribe();
    }

    @SuppressWarnings("deprecation") // the one way to make a group that Netty 4.1 and 4.2 share
    private EventLoopGroup loop(String name) {
        EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("bare-" + name, true));
        loops.add(loop);
        return loop;
    }

    private CloseableChannel receiver(Placement placement, int member) {
        SocketAcceptor acceptor = SocketAcceptor.forRequestChannel(payloads -> Flux.from(payloads)
                .limitRate(IN_FLIGHT)
                .map(BareFanout::split)
                .transform(handed)
                .doOnNext(batch -> batch.forEach(message -> board.arrived(member - 1, Numbered.number(message))))
                .thenMany(Flux.<Payload>never()));
        return RSocketServer.create(acceptor)
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .bind(TcpServerTransport.create(TcpServer.create()
                        .host(Placement.HOST)
                        .port(placement.port(member))
                        .runOn(loop("receiver-" + member))))
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
    public void burst(byte[] message, int count) throws InterruptedException {
        Bytes payload = Bytes.wrap(message);
        CountDownLatch done = new CountDownLatch(1);
        Flux.range(0, count)
                .map(i -> payload)
                .publishOn(scheduler, WINDOW)
                .doOnComplete(done::countDown)
                .subscribe(new BarePublisher(scheduler, outboxes, WINDOW, HIGH_WATER));
        done.await();
    }

    @Override
    public void publish(byte[] message) {
        Bytes payload = Bytes.wrap(message);
        scheduler.schedule(() -> outboxes.forEach(outbox -> {
            outbox.offer(payload);
            outbox.flush();
        }));
    }

    @Override
    public void close() {
        clients.forEach(RSocket::dispose);
        servers.forEach(CloseableChannel::dispose);
        loops.forEach(EventLoopGroup::shutdownGracefully);
    }
}
