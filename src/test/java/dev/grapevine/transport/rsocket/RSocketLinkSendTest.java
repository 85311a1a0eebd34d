package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.Hello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** What becomes of a batch between its lane and the socket, on a channel without one. */
class RSocketLinkSendTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 2), 3);
    private static final Hello PEER =
            new Hello("grapes", 1, 1, new Member(ORIGIN, "peer", new Address("127.0.0.1", 7), "", Map.of()));
    private static final int CREDIT = 1000;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final SharedCodec codec = new SharedCodec();
    private final List<RejectReason> rejected = new ArrayList<>();
    private final PeerConnection connection = connection(channel);
    private final RSocketLink link = link(connection);

    private PeerConnection connection(Channel on) {
        return new PeerConnection(on, LinkLimits.DEFAULT, true, (reason, detail) -> rejected.add(reason), opened -> {});
    }

    private RSocketLink link(PeerConnection over) {
        return new RSocketLink(over, PEER, LinkLimits.DEFAULT, codec, () -> 0);
    }

    @AfterEach
    void stop() {
        codec.forget();
        channel.finishAndReleaseAll();
    }

    private static List<Frame> batch(int length) {
        return List.of(new Publications(ORIGIN, "chat", 1, List.of(Bytes.wrap(new byte[length]))));
    }

    /** How long a message has to be for a wire frame of so many bytes. */
    private int messageFor(int wireBytes) {
        ByteBuf encoded = codec.encode(Lane.DATA, batch(wireBytes), channel.alloc());
        int around = encoded.readableBytes() - SharedCodec.PREFIX_BYTES - wireBytes;
        encoded.release();
        return wireBytes - around;
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void onlyMessagesThatSomebodyWaitsForGoBeforeTheTurnOfTheEventLoopEnds(Lane lane) throws Exception {
        try (WatchedChannel watched = new WatchedChannel()) {
            RSocketLink there = link(connection(watched.channel()));
            List<String> flushes = watched
                    .turn(() -> {
                        there.send(lane, batch(10));
                        there.send(lane, batch(11));
                    })
                    .stream()
                    .map(seen -> seen.equals("|") ? seen : "written")
                    .toList();

            boolean isWaitedFor = lane == Lane.DATA || lane == Lane.CRITICAL;
            assertThat(flushes)
                    .isEqualTo(
                            isWaitedFor ? List.of("written", "|", "written", "|") : List.of("written", "written", "|"));
        }
    }

    @Test
    void aWireFrameOfTheGreatestLengthIsSentAndALongerOneIsCountedAndLetGo() {
        int longest = messageFor(LinkLimits.DEFAULT.maxFrameBytes());

        link.send(Lane.DATA, batch(longest));
        assertThat(rejected).isEmpty();
        ByteBuf sent = channel.readOutbound();
        assertThat(sent.readableBytes()).isEqualTo(SharedCodec.PREFIX_BYTES + LinkLimits.DEFAULT.maxFrameBytes());
        assertThat(sent.getMedium(0)).isEqualTo(sent.readableBytes() - RSocketFrame.LENGTH_BYTES);
        sent.release();

        link.send(Lane.DATA, batch(longest + 1));
        channel.runPendingTasks();
        assertThat(rejected).containsExactly(RejectReason.OVERSIZED_FRAME);
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void whatIsSentAfterTheConnectionWasLostIsLetGo() {
        List<Frame> batch = batch(10);
        ByteBuf shared = codec.encode(Lane.DATA, batch, channel.alloc());
        link.close();
        link.send(Lane.DATA, batch);

        assertThat(shared.refCnt()).as("the codec's, and this test's").isEqualTo(2);
        assertThat(connection.loss()).isEqualTo(LinkLoss.LOCAL);
        shared.release();
    }

    @Test
    void aBufferThatCannotBeHadEndsThisLinkAndNothingIsThrown() {
        channel.config().setAllocator(new NoBuffers());
        link.send(Lane.DATA, Flux.just(batch(10), batch(11))).subscribe();
        assertThatCode(() -> link.granted(Lane.DATA, CREDIT)).doesNotThrowAnyException();

        assertThat(connection.loss()).isEqualTo(LinkLoss.LOCAL);
        assertThat(channel.isOpen()).isFalse();
        assertThat(rejected).isEmpty();
    }

    @Test
    void creditThatFindsNoBufferEndsThisLinkAndNothingIsThrown() {
        channel.config().setAllocator(new NoBuffers());
        assertThatCode(() -> link.grant(Lane.DATA, CREDIT)).doesNotThrowAnyException();

        assertThat(connection.loss()).isEqualTo(LinkLoss.LOCAL);
    }

    @Test
    void aPublisherThatThrowsWhenItIsAskedHoldsUpNoOtherLane() {
        Flux<List<Frame>> broken = Flux.from(subscriber -> subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                throw new OutOfMemoryError("provoked");
            }

            @Override
            public void cancel() {}
        }));
        link.send(Lane.CONTROL, broken).subscribe();
        link.send(Lane.DATA, Flux.just(batch(10))).subscribe();
        assertThatThrownBy(() -> link.granted(Lane.CONTROL, CREDIT)).isInstanceOf(OutOfMemoryError.class);
        link.granted(Lane.DATA, CREDIT);
        channel.runPendingTasks();

        assertThat(channel.outboundMessages()).hasSize(1);
    }

    @Test
    void aConsumerThatThrowsIsGivenWhatComesNext() {
        Inbox inbox = new Inbox(link, lane -> {});
        List<Frame> taken = new ArrayList<>();
        inbox.subscribe(new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(List<Frame> frames) {
                taken.addAll(frames);
                if (taken.size() == 1) {
                    throw new OutOfMemoryError("provoked");
                }
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });
        assertThatThrownBy(() -> inbox.offer(Lane.DATA, batch(10))).isInstanceOf(OutOfMemoryError.class);
        inbox.offer(Lane.DATA, batch(11));

        assertThat(taken).hasSize(2);
    }

    /** A flush that makes room tells so, on the stack of the very send that flushed. */
    @Test
    void aFlushThatMakesRoomForMoreSendsItInTurn() {
        List<Integer> order = new ArrayList<>();
        channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext context) throws Exception {
                super.flush(context);
                connection.channelWritabilityChanged(context);
            }
        });
        LaneSender sender = link.sender(Lane.DATA);
        link.send(Lane.DATA, Flux.range(1, 20).doOnNext(order::add).map(RSocketLinkSendTest::batch))
                .subscribe();
        channel.eventLoop().execute(() -> sender.request(CREDIT));
        channel.runPendingTasks();

        assertThat(order).hasSize(20);
        assertThat(channel.outboundMessages().stream()
                        .map(sent -> ((ByteBuf) sent).readableBytes())
                        .toList())
                .isSorted()
                .hasSize(20);
    }
}
