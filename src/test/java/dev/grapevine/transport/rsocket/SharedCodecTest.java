package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.wire.FrameCodec;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rsocket.frame.FrameLengthCodec;
import io.rsocket.frame.PayloadFrameCodec;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** With every kind of allocator that a user may have chosen. */
@ParameterizedClass
@MethodSource("allocators")
class SharedCodecTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 2), 3);

    private final SharedCodec codec = new SharedCodec();
    private final List<ByteBuf> given = new ArrayList<>();
    private final ByteBufAllocator allocator;

    SharedCodecTest(ByteBufAllocator below) {
        this.allocator = (ByteBufAllocator) Proxy.newProxyInstance(
                SharedCodecTest.class.getClassLoader(),
                new Class<?>[] {ByteBufAllocator.class},
                (proxy, method, args) -> {
                    Object result = method.invoke(below, args);
                    if (result instanceof ByteBuf buffer) {
                        given.add(buffer);
                    }
                    return result;
                });
    }

    static Stream<ByteBufAllocator> allocators() {
        return Stream.of(
                new UnpooledByteBufAllocator(false),
                new PooledByteBufAllocator(true),
                new AdaptiveByteBufAllocator(true));
    }

    @AfterEach
    void nothingIsLeft() {
        codec.forget();
        assertThat(given).allMatch(buffer -> buffer.refCnt() == 0);
    }

    private static Frame run(long sequence, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) sequence);
        return new Publications(ORIGIN, "chat", sequence, List.of(Bytes.wrap(bytes)));
    }

    private List<Frame> decoded(ByteBuf bytes) {
        return codec.decode(bytes.slice(SharedCodec.PREFIX_BYTES, bytes.writerIndex() - SharedCodec.PREFIX_BYTES))
                .frames();
    }

    @Test
    void aBatchForSeveralLinksIsEncodedOnceAndEachReadsItForItself() {
        List<Frame> batch = List.of(run(1, 10), run(2, 10));
        ByteBuf one = codec.encode(Lane.DATA, batch, allocator);
        ByteBuf other = codec.encode(Lane.DATA, List.copyOf(batch), allocator);

        assertThat(given).as("buffers").hasSize(1);
        one.skipBytes(5);
        one.release();
        assertThat(given.get(0).refCnt()).as("the codec's, and the other's").isEqualTo(2);
        assertThat(decoded(other)).isEqualTo(batch);
        other.release();
    }

    @Test
    void theNextBatchHasBytesOfItsOwnWhileTheOneBeforeWaitsForASocket() {
        Frame first = run(1, 10);
        Frame second = run(2, 10);
        ByteBuf waiting = codec.encode(Lane.DATA, List.of(first), allocator);
        ByteBuf next = codec.encode(Lane.DATA, List.of(first, second), allocator);
        ByteBuf last = codec.encode(Lane.DATA, List.of(second), allocator);

        assertThat(decoded(waiting)).containsExactly(first);
        assertThat(decoded(next)).containsExactly(first, second);
        assertThat(decoded(last)).containsExactly(second);
        List.of(waiting, next, last).forEach(ByteBuf::release);
    }

    @Test
    void itIsTheFrameThatRSocketWouldMakeOfItBehindItsLength() {
        List<Frame> batch = List.of(run(1, 10));
        ByteBuf ours = codec.encode(Lane.BULK, batch, allocator);
        ByteBuf wire = new FrameCodec().encode(batch, allocator);
        ByteBuf theirs = FrameLengthCodec.encode(
                allocator,
                wire.readableBytes() + 6,
                PayloadFrameCodec.encode(allocator, Streams.of(Lane.BULK), false, false, true, null, wire));

        assertThat(ByteBufUtil.hexDump(ours)).isEqualTo(ByteBufUtil.hexDump(theirs));
        ours.release();
        theirs.release();
    }

    @Test
    void onAnotherLaneItIsAnotherFrame() {
        List<Frame> batch = List.of(run(1, 10));
        ByteBuf one = codec.encode(Lane.DATA, batch, allocator);
        ByteBuf other = codec.encode(Lane.CRITICAL, batch, allocator);

        assertThat(one.getInt(3)).isEqualTo(Streams.of(Lane.DATA));
        assertThat(other.getInt(3)).isEqualTo(Streams.of(Lane.CRITICAL));
        one.release();
        other.release();
    }

    @Test
    void theBufferOfABatchThatEveryLinkIsDoneWithIsUsedAgain() {
        ByteBuf one = codec.encode(Lane.DATA, List.of(run(1, 100)), allocator);
        ByteBuf other = codec.encode(Lane.DATA, List.of(run(2, 500)), allocator);
        assertThat(given).as("one still waits for a socket").hasSize(2);
        one.release();
        other.release();

        ByteBuf shorter = codec.encode(Lane.DATA, List.of(run(3, 10)), allocator);
        assertThat(given).as("no buffer more").hasSize(2);
        assertThat(decoded(shorter)).containsExactly(run(3, 10));
        shorter.release();
        ByteBuf longer = codec.encode(Lane.DATA, List.of(run(4, 5_000)), allocator);
        assertThat(decoded(longer)).as("has no room in it").containsExactly(run(4, 5_000));
        longer.release();
        ByteBuf brief = codec.encode(Lane.DATA, List.of(run(5, 10)), allocator);
        assertThat(brief.capacity()).as("keeps no long buffer while it waits").isLessThanOrEqualTo(1 << 10);
        brief.release();
    }

    @Test
    void whatIsLongIsNotKept() {
        List<Frame> batch = List.of(run(1, 300_000));
        ByteBuf one = codec.encode(Lane.DATA, batch, allocator);

        assertThat(one.release()).isTrue();
    }

    @Test
    void afterABatchThatCannotBeEncodedItGoesOn() {
        Frame wrong = new Publications(ORIGIN, "chat", -1, List.of(Bytes.EMPTY));
        assertThat(catchThrowable(() -> codec.encode(Lane.DATA, List.of(wrong), allocator)))
                .isInstanceOf(IllegalArgumentException.class);
        ByteBuf one = codec.encode(Lane.DATA, List.of(run(1, 10)), allocator);
        assertThat(decoded(one)).containsExactly(run(1, 10));
        one.release();
    }
}
