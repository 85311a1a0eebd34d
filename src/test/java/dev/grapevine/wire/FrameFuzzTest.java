package dev.grapevine.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes arrive, reading them gives frames or a {@link MalformedFrameException}, takes memory in proportion to
 * what arrived, and leaves the buffer alone. What was read can be written again and read as the same.
 */
class FrameFuzzTest {

    private static final long SEED = 20_261_122;
    private static final int INPUTS = 250_000;

    /** What a byte on the wire may cost on the heap: labels of one letter and no value cost the most. */
    private static final int MAX_FACTOR = 48;

    /** For messages of exceptions, decoders of text, and the reader's own array. */
    private static final int MAX_CONSTANT = 32 << 10;

    private final Random random = new Random(SEED);
    private final FrameCodec codec = new FrameCodec();
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private int read;
    private int refused;

    @Test
    void mutatedFramesAreReadOrRefused() {
        byte[][] corpus = new byte[200][];
        for (int i = 0; i < corpus.length; i++) {
            ByteBuf wire = codec.encode(new RandomFrames(SEED + i).batch(), UnpooledByteBufAllocator.DEFAULT);
            corpus[i] = ByteBufUtil.getBytes(wire);
            wire.release();
        }
        for (int i = 0; i < INPUTS; i++) {
            byte[] start = corpus[random.nextInt(corpus.length)];
            check(i, i % 10 == 0 ? garbage() : mutated(start, corpus), codec::decode);
        }
        assertThat(read).as("inputs that were read").isGreaterThan(INPUTS / 10);
        assertThat(refused).as("inputs that were refused").isGreaterThan(INPUTS / 10);
    }

    @Test
    void mutatedHellosAreReadOrRefused() {
        byte[][] corpus = new byte[50][];
        for (int i = 0; i < corpus.length; i++) {
            ByteBuf wire = HelloCodec.encode(new RandomFrames(SEED + i).hello(), UnpooledByteBufAllocator.DEFAULT);
            corpus[i] = ByteBufUtil.getBytes(wire);
            wire.release();
        }
        for (int i = 0; i < INPUTS / 5; i++) {
            check(i, mutated(corpus[random.nextInt(corpus.length)], corpus), HelloCodec::decode);
        }
        assertThat(read).as("inputs that were read").isGreaterThan(INPUTS / 100);
        assertThat(refused).as("inputs that were refused").isGreaterThan(INPUTS / 100);
    }

    @Test
    void whatCostsTheMostMemoryForItsBytesStaysWithinTheFactor() {
        WireBytes member =
                WireBytes.part().origin().text("n").text("h").number(1).text("");
        WireBytes alive = WireBytes.part().number(1).block(member).raw(0, 0);
        WireBytes labels = WireBytes.part().block(alive).number(Member.MAX_METADATA_ENTRIES);
        for (int i = 0; i < Member.MAX_METADATA_ENTRIES; i++) {
            labels.raw(1, ' ' + i, 0);
        }
        WireBytes rumors = WireBytes.part().number(MembershipFrame.MAX_RUMORS);
        WireBytes payloads = WireBytes.part();
        WireBytes origins = WireBytes.part().text("s").raw(1).number(10_000);
        for (int i = 0; i < 10_000; i++) {
            rumors = i < MembershipFrame.MAX_RUMORS ? rumors.typed(1, alive) : rumors;
            payloads = i < DisseminationFrame.MAX_PAYLOADS ? payloads.raw(1, i) : payloads;
            origins.fixed(i).fixed(i).raw(1, 1, 1, 0, 0);
        }
        WireBytes run = WireBytes.part().origin().text("t").number(1);
        run.number(DisseminationFrame.MAX_PAYLOADS).block(payloads);
        WireBytes offers = WireBytes.frame();
        for (int i = 0; i < 10_000; i++) {
            offers.typed(FrameType.STATE_OFFER, WireBytes.part().raw(1, 'a' + i % 2));
        }
        check(1, bytesOf(WireBytes.frame().typed(FrameType.GOSSIP, rumors)), codec::decode);
        check(2, bytesOf(WireBytes.frame().typed(FrameType.PUBLICATIONS, run)), codec::decode);
        check(3, bytesOf(WireBytes.frame().typed(FrameType.STORE_DIGEST, origins)), codec::decode);
        check(4, bytesOf(offers), codec::decode);
        check(5, bytesOf(WireBytes.frame().typed(FrameType.METADATA, labels)), codec::decode);
        assertThat(refused).isZero();
    }

    private static byte[] bytesOf(WireBytes wire) {
        return ByteBufUtil.getBytes(wire.buffer());
    }

    private interface Reader {
        Object read(ByteBuf wire);
    }

    private void check(int index, byte[] input, Reader reader) {
        ByteBuf wire = index % 2 == 0
                ? Unpooled.wrappedBuffer(input)
                : Unpooled.directBuffer(Math.max(1, input.length)).writeBytes(input);
        try {
            long limit = MAX_CONSTANT + (long) MAX_FACTOR * input.length;
            // A second try, because the first one of its kind loads classes.
            if (bytesTakenToRead(wire, reader) > limit) {
                assertThat(bytesTakenToRead(wire, reader)).as("bytes taken").isLessThanOrEqualTo(limit);
            }
            if (wire.refCnt() != 1 || wire.readerIndex() != 0 || wire.writerIndex() != input.length) {
                throw new AssertionError("the buffer was changed: " + wire);
            }
            if (index % 50 == 0) {
                checkReadAgain(wire);
            }
        } catch (Throwable e) {
            throw new AssertionError("seed " + SEED + ", input " + index + ": " + ByteBufUtil.hexDump(input), e);
        }
        wire.release();
    }

    private long bytesTakenToRead(ByteBuf wire, Reader reader) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            reader.read(wire);
            read++;
        } catch (MalformedFrameException e) {
            refused++;
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private void checkReadAgain(ByteBuf input) {
        try {
            List<Frame> frames = codec.decode(input).frames();
            ByteBuf wire = codec.encode(frames, UnpooledByteBufAllocator.DEFAULT);
            assertThat(new FrameCodec().decode(wire).frames()).isEqualTo(frames);
            wire.release();
        } catch (MalformedFrameException e) {
            assertThat(e).hasMessageMatching("(?s).{5,1000}");
        }
    }

    private byte[] garbage() {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        if (bytes.length > 5 && random.nextInt(4) != 0) {
            bytes[0] = 1;
            bytes[1] = (byte) (1 + random.nextInt(FrameType.STATE_CHUNK));
            bytes[2] = 0;
            bytes[3] = 0;
        }
        return bytes;
    }

    private byte[] mutated(byte[] start, byte[][] corpus) {
        byte[] bytes = start.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = bytes.length == 0 ? bytes : mutateOnce(bytes, corpus);
        }
        return bytes;
    }

    private byte[] mutateOnce(byte[] bytes, byte[][] corpus) {
        int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 60));
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(10)), (byte) 0xff);
            case 3 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> {
                return Arrays.copyOf(bytes, bytes.length + random.nextInt(20));
            }
            default -> {
                byte[] other = corpus[random.nextInt(corpus.length)];
                int length = Math.min(Math.min(other.length, bytes.length) - Math.min(at, other.length), 40);
                if (length > 0) {
                    System.arraycopy(other, at, bytes, at, length);
                }
            }
        }
        return bytes;
    }
}
