package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
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

    @Test
    void aBatchForSeveralLinksIsEncodedOnceAndEachReadsItForItself() {
        List<Frame> batch = List.of(run(1, 10), run(2, 10));
        ByteBuf one = codec.encode(batch, allocator);
        ByteBuf other = codec.encode(List.copyOf(batch), allocator);

        assertThat(other.array()).isSameAs(one.array());
        one.skipBytes(5);
        assertThat(one.release()).isFalse();
        assertThat(codec.decode(other).frames()).isEqualTo(batch);
        other.release();
    }

    @Test
    void theNextBatchHasBytesOfItsOwnWhileTheOneBeforeWaitsForASocket() {
        Frame first = run(1, 10);
        Frame second = run(2, 10);
        ByteBuf waiting = codec.encode(List.of(first), allocator);
        ByteBuf next = codec.encode(List.of(first, second), allocator);
        ByteBuf last = codec.encode(List.of(second), allocator);

        assertThat(codec.decode(waiting).frames()).containsExactly(first);
        assertThat(codec.decode(next).frames()).containsExactly(first, second);
        assertThat(codec.decode(last).frames()).containsExactly(second);
        List.of(waiting, next, last).forEach(ByteBuf::release);
    }

    @Test
    void whatIsLongIsNotKept() {
        List<Frame> batch = List.of(run(1, 300_000));
        ByteBuf one = codec.encode(batch, allocator);

        assertThat(one.release()).isTrue();
    }

    @Test
    void afterABatchThatCannotBeEncodedItGoesOn() {
        Frame wrong = new Publications(ORIGIN, "chat", -1, List.of(Bytes.EMPTY));
        assertThat(catchThrowable(() -> codec.encode(List.of(wrong), allocator)))
                .isInstanceOf(IllegalArgumentException.class);
        ByteBuf one = codec.encode(List.of(run(1, 10)), allocator);
        assertThat(codec.decode(one).frames()).containsExactly(run(1, 10));
        one.release();
    }
}
