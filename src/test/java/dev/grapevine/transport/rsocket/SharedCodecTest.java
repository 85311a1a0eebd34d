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
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rsocket.frame.FrameLengthCodec;
import io.rsocket.frame.PayloadFrameCodec;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedCodecTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 2), 3);

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final SharedCodec codec = new SharedCodec();

    @AfterEach
    void nothingIsLeft() {
        codec.forget();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    private static Frame run(long sequence, int length) {
        return new Publications(ORIGIN, "chat", sequence, List.of(Bytes.wrap(new byte[length])));
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

        assertThat(other.array()).isSameAs(one.array());
        one.skipBytes(5);
        assertThat(one.release()).isFalse();
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
        byte[] array = other.array();
        assertThat(array).as("one still waits for a socket").isNotSameAs(one.array());
        one.release();
        other.release();

        ByteBuf shorter = codec.encode(Lane.DATA, List.of(run(3, 10)), allocator);
        assertThat(shorter.array()).isSameAs(array);
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
