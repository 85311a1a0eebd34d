package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.transport.LinkLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rsocket.frame.RequestNFrameCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When what is written to a connection is flushed. */
class OutboundFramesTest {

    private final WatchedChannel watched = new WatchedChannel();
    private final OutboundFrames output = new OutboundFrames(watched.channel(), LinkLimits.DEFAULT);

    @AfterEach
    void stop() {
        watched.close();
    }

    private static ByteBuf frame(int value) {
        return Unpooled.buffer(1).writeByte(value);
    }

    @Test
    void theFirstThatIsWaitedForGoesAtOnceAndWhatFollowsInTheSameTurnTogether() throws Exception {
        assertThat(watched.turn(() -> {
                    output.payload(frame(1), true);
                    output.payload(frame(2), true);
                    output.payload(frame(3), true);
                }))
                .containsExactly("01", "|", "02", "03", "|");
        assertThat(watched.turn(() -> {
                    output.payload(frame(4), true);
                    output.payload(frame(5), true);
                }))
                .as("in another turn")
                .containsExactly("04", "|", "05", "|");
    }

    @Test
    void whatNobodyWaitsForWaitsForTheEndOfTheTurn() throws Exception {
        assertThat(watched.turn(() -> {
                    output.payload(frame(1), false);
                    output.payload(frame(2), false);
                }))
                .containsExactly("01", "02", "|");
    }

    @Test
    void whatWaitsGoesWithTheFirstThatIsWaitedFor() throws Exception {
        assertThat(watched.turn(() -> {
                    output.payload(frame(1), false);
                    output.payload(frame(2), true);
                    output.payload(frame(3), false);
                }))
                .containsExactly("01", "02", "|", "03", "|");
    }

    @Test
    void rSocketsOwnFramesGoAtTheEndOfTheTurnBehindTheirLengths() throws Exception {
        assertThat(watched.turn(() -> {
                    output.write(RequestNFrameCodec.encode(watched.channel().alloc(), 7, 5));
                    output.write(RequestNFrameCodec.encode(watched.channel().alloc(), 9, 5));
                }))
                .containsExactly("00000a00000007200000000005", "00000a00000009200000000005", "|");
    }

    @Test
    void aFrameWhoseLengthFindsNoBufferIsLetGo() {
        ByteBuf frame = RequestNFrameCodec.encode(UnpooledByteBufAllocator.DEFAULT, 7, 5);
        watched.channel().config().setAllocator(new NoBuffers());

        assertThatThrownBy(() -> output.write(frame)).isInstanceOf(OutOfMemoryError.class);
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void anAnswerHoldsNothingOfTheBufferThatItsQuestionWasReadInto() {
        ByteBuf asked = RawPeer.keepAlive(new byte[] {1, 2, 3});
        ByteBuf read = Unpooled.directBuffer(1 << 20).writeBytes(asked);
        asked.release();
        ByteBuf question = read.readRetainedSlice(read.readableBytes());
        read.release();

        ByteBuf answer = output.answer(question);
        question.release();

        assertThat(read.refCnt()).isZero();
        assertThat(ByteBufUtil.hexDump(answer)).isEqualTo("000000000c000000000000000000010203");
        answer.release();
    }
}
