package dev.grapevine.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameCodecTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 2), 3);

    private final FrameCodec codec = new FrameCodec();

    @Test
    void everyFrameComesBackAsItWas() {
        for (long seed = 1; seed <= 2000; seed++) {
            List<Frame> frames = new RandomFrames(seed).oneOfEach();
            ByteBuf wire = codec.encode(frames, PooledByteBufAllocator.DEFAULT);
            Decoded decoded = codec.decode(wire);
            assertThat(decoded.frames()).as("seed %d", seed).isEqualTo(frames);
            assertThat(decoded.skipped()).isZero();
            assertThat(wire.release()).isTrue();
        }
    }

    @Test
    void aFrameTakesNoMoreBytesThanItsSizeSays() {
        for (long seed = 1; seed <= 2000; seed++) {
            for (Frame frame : new RandomFrames(seed).oneOfEach()) {
                ByteBuf wire = codec.encode(List.of(frame), UnpooledByteBufAllocator.DEFAULT);
                assertThat(wire.readableBytes() - 1)
                        .as("seed %d, %s", seed, frame.getClass().getSimpleName())
                        .isLessThanOrEqualTo(frame.size());
                wire.release();
            }
        }
    }

    @Test
    void theBufferIsOfExactlyTheEncodedSizeAndOwnedByTheCaller() {
        ByteBuf wire = codec.encode(new RandomFrames(7).oneOfEach(), UnpooledByteBufAllocator.DEFAULT);
        assertThat(wire.capacity()).isEqualTo(wire.readableBytes());
        assertThat(wire.refCnt()).isEqualTo(1);
        wire.release();
    }

    @Test
    void decodingLeavesIndicesAndReferenceCountAlone() {
        ByteBuf wire = codec.encode(new RandomFrames(8).oneOfEach(), UnpooledByteBufAllocator.DEFAULT);
        ByteBuf framed = Unpooled.buffer().writeZero(5).writeBytes(wire).readerIndex(5);
        wire.release();
        int end = framed.writerIndex();
        codec.decode(framed);
        assertThat(framed.readerIndex()).isEqualTo(5);
        assertThat(framed.writerIndex()).isEqualTo(end);
        assertThat(framed.refCnt()).isEqualTo(1);
        framed.release();
    }

    @Test
    void decodedFramesOutliveTheBuffer() {
        List<Frame> frames = new RandomFrames(9).oneOfEach();
        ByteBuf wire = codec.encode(frames, UnpooledByteBufAllocator.DEFAULT);
        Decoded decoded = codec.decode(wire);
        wire.setZero(0, wire.capacity());
        wire.release();
        assertThat(decoded.frames()).isEqualTo(frames);
    }

    @Test
    void decodedListsCannotBeChanged() {
        Publications sent = new Publications(ORIGIN, "chat", 1, List.of(Bytes.utf8("hello")));
        List<Frame> frames = throughTheWire(sent);
        assertThatThrownBy(() -> frames.add(sent)).isInstanceOf(UnsupportedOperationException.class);
        List<Bytes> payloads = ((Publications) frames.get(0)).payloads();
        assertThatThrownBy(() -> payloads.set(0, Bytes.EMPTY)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void everyTypeOfFrameIsTried() {
        assertThat(new RandomFrames(1).oneOfEach()).extracting(Object::getClass).hasSameElementsAs(FrameTypes.all());
    }

    @Test
    void noFramesAreABatchToo() {
        ByteBuf wire = codec.encode(List.of(), ByteBufAllocator.DEFAULT);
        assertThat(codec.decode(wire).frames()).isEmpty();
        wire.release();
    }

    @Test
    void anotherMessageOfARunCostsOneByteBesideItsPayload() {
        Bytes payload = Bytes.wrap(new byte[100]);
        assertThat(encodedSize(new Publications(ORIGIN, "chat", 1, Collections.nCopies(65, payload)))
                        - encodedSize(new Publications(ORIGIN, "chat", 1, Collections.nCopies(64, payload))))
                .isEqualTo(101);
    }

    @Test
    void frameAtTheLimitsOfItsCountsPasses() {
        List<Bytes> payloads = Collections.nCopies(DisseminationFrame.MAX_PAYLOADS, Bytes.EMPTY);
        Publications most = new Publications(ORIGIN, "t".repeat(DisseminationFrame.MAX_NAME_LENGTH), 1, payloads);
        assertThat(throughTheWire(most)).containsExactly(most);
        List<Rumor> rumors = Collections.nCopies(MembershipFrame.MAX_RUMORS, new Rumor.Left(ORIGIN, 1));
        assertThat(throughTheWire(new MembershipFrame.Gossip(rumors)))
                .containsExactly(new MembershipFrame.Gossip(rumors));
    }

    @Test
    void aFrameBeyondItsLimitsFailsAtTheSenderAndTheCodecGoesOn() {
        List<Bytes> tooMany = Collections.nCopies(DisseminationFrame.MAX_PAYLOADS + 1, Bytes.EMPTY);
        assertEncodingFails(new Publications(ORIGIN, "chat", 1, tooMany), "payloads: 4097 are more than 4096");
        assertEncodingFails(
                new Publications(ORIGIN, "t".repeat(130), 1, List.of(Bytes.EMPTY)), "name has 130 characters");
        assertEncodingFails(
                new Publications(ORIGIN, "chat", -1, List.of(Bytes.EMPTY)), "first sequence is negative: -1");
        assertEncodingFails(
                new Publications(ORIGIN, "chat", 1, List.of(Bytes.wrap(new byte[1 << 24]))),
                "A wire frame has at most 16777215 bytes");
        Publications good = new Publications(ORIGIN, "chat", 1, List.of(Bytes.utf8("on we go")));
        assertThat(throughTheWire(good)).containsExactly(good);
    }

    @Test
    void theLongestWireFrameThatRSocketCarriesPasses() {
        int overhead = encodedSize(new Publications(ORIGIN, "chat", 1, List.of(Bytes.EMPTY))) + 3;
        Bytes longest = Bytes.wrap(new byte[(1 << 24) - 1 - overhead]);
        Publications most = new Publications(ORIGIN, "chat", 1, List.of(longest));
        assertThat(encodedSize(most)).isEqualTo((1 << 24) - 1);
        assertThat(throughTheWire(most)).containsExactly(most);
    }

    private void assertEncodingFails(Frame frame, String message) {
        assertThatThrownBy(() -> codec.encode(List.of(frame), ByteBufAllocator.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private int encodedSize(Frame frame) {
        ByteBuf wire = codec.encode(List.of(frame), ByteBufAllocator.DEFAULT);
        int size = wire.readableBytes();
        wire.release();
        return size;
    }

    private List<Frame> throughTheWire(Frame... frames) {
        ByteBuf wire = codec.encode(new ArrayList<>(List.of(frames)), ByteBufAllocator.DEFAULT);
        try {
            return codec.decode(wire).frames();
        } finally {
            wire.release();
        }
    }
}
