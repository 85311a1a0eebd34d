package dev.grapevine.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each length, count and number on the wire with a value that it must not have. */
class AbsurdFramesTest {

    private static final long HUGE = Integer.MAX_VALUE;

    private final FrameCodec codec = new FrameCodec();

    static Stream<Arguments> absurdities() {
        return Stream.of(batches(), membership(), tables(), members(), topics(), stores(), epidemics(), overlay())
                .flatMap(each -> each);
    }

    private static Stream<Arguments> batches() {
        return Stream.of(
                arguments(WireBytes.part(), "format version needs 1 bytes where 0 are left"),
                arguments(WireBytes.part().raw(2), "format version is 2, not 1"),
                arguments(WireBytes.frame().raw(FrameType.ACK), "frame needs 3 bytes where 0 are left"),
                arguments(
                        WireBytes.frame().raw(FrameType.ACK, 0xff, 0xff, 0xff),
                        "frame needs 16777215 bytes where 0 are left"),
                arguments(WireBytes.frame().raw(0xee, 0, 0, 2, 0), "frame needs 2 bytes where 1 are left"));
    }

    private static Stream<Arguments> membership() {
        WireBytes evidence = WireBytes.part().number(1).origin().origin();
        return Stream.of(
                frame(FrameType.ACK, WireBytes.part().raw(1, 2, 3), "sequence needs 8 bytes where 3 are left"),
                frame(FrameType.PING, WireBytes.part().fixed(1).fixed(2), "member id needs 8 bytes where 0 are left"),
                frame(
                        FrameType.PING,
                        WireBytes.part().fixed(1).fixed(1).fixed(1).raw(255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
                        "epoch is a number of more than 63 bits"),
                frame(
                        FrameType.PING,
                        WireBytes.part().fixed(1).fixed(1).fixed(1).raw(0x80, 0),
                        "epoch is a number in more bytes than it needs"),
                frame(FrameType.GOSSIP, WireBytes.part().number(257), "rumors is 257, which is more than 256"),
                frame(FrameType.GOSSIP, WireBytes.part().number(256), "rumors: 256 do not fit into 0 bytes"),
                frame(
                        FrameType.GOSSIP,
                        WireBytes.part().number(1).raw(4, 1, 0, 0),
                        "rumor needs 65536 bytes where 0 are left"),
                frame(
                        FrameType.GOSSIP,
                        WireBytes.part().number(1).typed(2, evidence),
                        "evidence needs 1 bytes where 0 are left"));
    }

    private static Stream<Arguments> tables() {
        return Stream.of(
                frame(FrameType.SYNC_DIGEST, WireBytes.part().number(1L << 31), "members is 2147483648"),
                frame(FrameType.SYNC_DIGEST, WireBytes.part().number(1).raw(1), "hash needs 8 bytes where 1 are left"),
                frame(FrameType.SYNC_BUCKETS, WireBytes.part().number(257), "hashes is 257, which is more than 256"),
                frame(FrameType.SYNC_BUCKETS, WireBytes.part().number(256), "hashes: 256 do not fit into 0 bytes"),
                frame(FrameType.SYNC_HASHES, WireBytes.part().number(257), "parts is 257, which is more than 256"),
                frame(FrameType.SYNC_HASHES, WireBytes.part().number(2).fixed(0), "parts: 2 do not fit into 8 bytes"),
                frame(
                        FrameType.SYNC_HASHES,
                        WireBytes.part()
                                .number(1)
                                .block(WireBytes.part().raw(0, 1).number(4097)),
                        "hashes is 4097, which is more than 4096"),
                frame(FrameType.SYNC_REQUEST, WireBytes.part().raw(2, 0), "whole is neither 0 nor 1 but 2"),
                frame(FrameType.SYNC_REQUEST, WireBytes.part().raw(0).number(4096), "hashes: 4096 do not fit into 0"));
    }

    private static Stream<Arguments> members() {
        return Stream.of(
                member(WireBytes.part().origin().number(HUGE), "member name is 2147483647, which is more than 384"),
                member(WireBytes.part().origin().number(384), "member name needs 384 bytes where 0 are left"),
                member(WireBytes.part().origin().text("n".repeat(129)), "member name has 129 characters"),
                member(WireBytes.part().origin().raw(2, 0xc3, 0x28), "member name is not UTF-8"),
                member(rest("", "host", 1), "member: A member's name has 1 to 128 characters"),
                member(rest("n", "no host", 1), "address: Not a host: 'no host'"),
                member(rest("n", "", 1), "address: Not a host: ''"),
                member(WireBytes.part().origin().text("n").number(766), "host is 766, which is more than 765"),
                member(WireBytes.part().origin().text("n").text("h").number(65_536), "port is 65536"),
                member(WireBytes.part().origin().text("n").text("h").number(1).number(193), "zone is 193"),
                metadata(WireBytes.part().number(65), "metadata is 65, which is more than 64"),
                metadata(WireBytes.part().number(64).raw(0), "metadata: 64 do not fit into 1 bytes"),
                metadata(WireBytes.part().number(1).number(HUGE), "metadata key is 2147483647"),
                metadata(WireBytes.part().number(1).text("k").number(HUGE), "metadata value is 2147483647"),
                metadata(
                        WireBytes.part().number(2).text("k").text("").text("k").text(""), "metadata: 'k' stands twice"),
                metadata(
                        WireBytes.part()
                                .number(2)
                                .text("k")
                                .text("v".repeat(4096))
                                .text("l")
                                .text(""),
                        "member: Metadata has at most 64 entries and 4096 characters, not 2 and 4098"),
                digest(WireBytes.part(), "metadata version needs"),
                digest(WireBytes.part().number(0).number(HUGE), "metadata hash needs 2147483647 bytes"),
                digest(WireBytes.part().number(0).number(3).raw(1, 2, 3), "metadata hash has 3 bytes"),
                frame(FrameType.METADATA_REQUEST, WireBytes.part().origin(), "version needs"));
    }

    private static Stream<Arguments> topics() {
        return Stream.of(
                publications(WireBytes.part().origin().text(""), "name is empty"),
                publications(WireBytes.part().origin().number(388), "name is 388, which is more than 387"),
                publications(WireBytes.part().origin().text("t".repeat(130)), "name has 130 characters"),
                publications(stream().number(1).number(4097), "payloads is 4097, which is more than 4096"),
                publications(stream().number(1).number(0).block(WireBytes.part()), "payloads: 0 in 0 bytes"),
                publications(stream().number(1).number(9).block(WireBytes.part().raw(0, 0)), "payloads: 9 in 2 bytes"),
                publications(stream().number(1).number(1).raw(0xff, 0xff, 0xff), "payloads needs 16777215 bytes"),
                payloads(1, WireBytes.part().raw(5, 1), "payload needs 5 bytes where 1 are left"),
                payloads(1, WireBytes.part().number(1 << 27), "payload needs 134217728 bytes where 0 are left"),
                payloads(1, WireBytes.part().number(HUGE), "payload length is a number of more than 28 bits"),
                payloads(1, WireBytes.part().raw(0x80), "payload length needs bytes where none are left"),
                payloads(1, WireBytes.part().raw(0x80, 0), "payload length is a number in more bytes than it needs"),
                payloads(1, WireBytes.part().raw(1, 1, 1), "payloads: 1 bytes too many after the last"),
                payloads(2, WireBytes.part().raw(1, 1), "payload length needs bytes where none are left"),
                frame(FrameType.STREAM_DIGEST, WireBytes.part().number(1025), "streams is 1025"),
                frame(
                        FrameType.STREAM_DIGEST,
                        WireBytes.part().number(1024).fixed(0),
                        "streams: 1024 do not fit into 8 bytes"),
                frame(FrameType.STREAM_QUERY, WireBytes.part().origin(), "name needs 1 bytes where 0 are left"),
                frame(FrameType.PULL, stream().number(1), "to needs 1 bytes where 0 are left"),
                frame(FrameType.UNAVAILABLE, stream(), "from needs 1 bytes where 0 are left"));
    }

    private static Arguments context(WireBytes digest, String reason) {
        return frame(FrameType.STORE_DIGEST, digest, reason);
    }

    private static Stream<Arguments> epidemics() {
        WireBytes told = WireBytes.part().text("s").number(65_537);
        WireBytes verdict = WireBytes.part().text("s").origin().number(1).raw(2, 0);
        return Stream.of(
                frame(FrameType.OFFER, WireBytes.part().raw(2), "asks is neither 0 nor 1 but 2"),
                frame(FrameType.OFFER, WireBytes.part().raw(0, 0).number(65), "rumors is 65, which is more than 64"),
                frame(FrameType.OFFER, WireBytes.part().raw(0, 0).number(64), "rumors: 64 do not fit into 0 bytes"),
                frame(FrameType.ANSWER, WireBytes.part().raw(0, 0).number(65), "verdicts is 65, which is more than 64"),
                frame(FrameType.VERDICTS, WireBytes.part().number(64), "verdicts: 64 do not fit into 0 bytes"),
                frame(
                        FrameType.OFFER,
                        WireBytes.part()
                                .raw(0, 0)
                                .number(1)
                                .block(told.fixed(1).fixed(1).fixed(1).fixed(1)),
                        "count is 65537, which is more than 65536"),
                frame(
                        FrameType.VERDICTS,
                        WireBytes.part().number(1).block(verdict),
                        "useful is neither 0 nor 1 but 2"));
    }

    private static Stream<Arguments> stores() {
        WireBytes store = WireBytes.part().text("s");
        WireBytes operation = WireBytes.part().origin().number(1).number(1);
        return Stream.of(
                frame(FrameType.STATE_OFFER, WireBytes.part().text(""), "name is empty"),
                frame(FrameType.STATE_OFFER, WireBytes.part().number(HUGE), "name is 2147483647"),
                frame(FrameType.OPERATIONS, part(store).number(4097), "operations is 4097"),
                frame(FrameType.OPERATIONS, part(store).number(4096).fixed(0), "operations: 4096 do not fit into 8"),
                operation(part(operation).number(1L << 31), "stamp counter is 2147483648"),
                operation(part(operation).number(1).number(HUGE).raw(0, 0, 0), "key needs 2147483647 bytes"),
                operation(part(operation).number(1).number(Long.MAX_VALUE), "key needs 9223372036854775807 bytes"),
                operation(part(operation).number(1).number(0).number(HUGE), "value needs 2147483646 bytes"),
                operation(part(operation).number(1).raw(0, 0).number(16_385), "dots is 16385"),
                operation(part(operation).number(1).raw(0, 0).number(16_384), "dots: 16384 do not fit into 0 bytes"),
                frame(FrameType.STORE_DIGEST, part(store).raw(3), "request is neither 0 nor 1 but 3"),
                frame(FrameType.STORE_DIGEST, part(store).raw(1).number(16_385), "origins is 16385"),
                frame(FrameType.STORE_DIGEST, part(store).raw(1).number(16_384), "origins: 16384 do not fit into 0"),
                frame(
                        FrameType.STORE_DIGEST,
                        part(store)
                                .raw(1)
                                .number(2)
                                .origin()
                                .number(1)
                                .raw(0)
                                .origin()
                                .number(2)
                                .raw(0),
                        "after"),
                context(part(store).raw(1, 1).origin().raw(0, 0), "without a dot"),
                context(part(store).raw(1, 1).origin().raw(0).number(16_385), "ranges is 16385"),
                context(part(store).raw(1, 1).origin().raw(0).number(16_384), "ranges: 16384 do not fit into 0"),
                context(
                        part(store)
                                .raw(1, 1)
                                .origin()
                                .raw(0, 1)
                                .number(Long.MAX_VALUE)
                                .raw(0),
                        "beyond all numbers"),
                context(part(store).raw(1, 1).origin().raw(0, 1, 0).number(Long.MAX_VALUE), "beyond all numbers"),
                frame(FrameType.STATE_REQUEST, part(store).fixed(1).number(HUGE), "cursor needs 2147483646 bytes"),
                frame(FrameType.STATE_CHUNK, part(store).fixed(1).number(HUGE), "from needs 2147483646 bytes"),
                frame(FrameType.STATE_CHUNK, part(store).fixed(1).raw(0).number(HUGE), "to needs 2147483646 bytes"),
                frame(FrameType.STATE_CHUNK, part(store).fixed(1).raw(0, 0).number(4097), "entries is 4097"),
                frame(FrameType.STATE_CHUNK, part(store).fixed(1).raw(0, 0).number(9), "entries: 9 do not fit"));
    }

    private static Stream<Arguments> overlay() {
        WireBytes newcomer = WireBytes.part().origin().text("h").number(1);
        return Stream.of(
                frame(FrameType.NEIGHBOUR, WireBytes.part().raw(2), "urgent is neither 0 nor 1 but 2"),
                frame(FrameType.FORWARD_JOIN, WireBytes.part().origin().text(""), "port needs 1 bytes"),
                frame(FrameType.FORWARD_JOIN, newcomer.number(17), "steps is 17, which is more than 16"),
                frame(FrameType.SHUFFLE, WireBytes.part().number(17), "path is 17, which is more than 16"),
                frame(FrameType.SHUFFLE, WireBytes.part().number(16), "path: 16 do not fit into 0 bytes"),
                frame(FrameType.SHUFFLE, WireBytes.part().raw(0).number(HUGE), "steps is 2147483647"),
                frame(FrameType.SHUFFLE, WireBytes.part().raw(0, 5).number(65), "sample is 65, which is more than 64"),
                frame(FrameType.SHUFFLE, WireBytes.part().raw(0, 5).number(64), "sample: 64 do not fit into 0 bytes"),
                frame(FrameType.SHUFFLE_REPLY, WireBytes.part().number(HUGE), "path is 2147483647"),
                frame(FrameType.SHUFFLE_REPLY, WireBytes.part().raw(0).number(65), "sample is 65"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("absurdities")
    void isRefusedForItsReasonAndTakesNoMemory(WireBytes wire, String reason) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(catchThrowable(() -> codec.decode(wire.buffer()))).isNotNull();
        long before = threads.getCurrentThreadAllocatedBytes();
        Throwable refusal = catchThrowable(() -> codec.decode(wire.buffer()));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(refusal).isInstanceOf(MalformedFrameException.class).hasMessageContaining(reason);
        assertThat(allocated).isLessThan(64 << 10);
    }

    @Test
    void aMillionNestedLookingFramesNeitherOverflowTheStackNorTakeMuch() {
        ByteBuf wire = Unpooled.buffer().writeByte(1);
        for (int i = 0; i < 1_000_000; i++) {
            wire.writeByte(0xee).writeMedium(0);
        }
        assertThat(codec.decode(wire).skipped()).isEqualTo(1_000_000);
    }

    private static Arguments frame(int type, WireBytes body, String reason) {
        return arguments(WireBytes.frame().typed(type, body), reason);
    }

    private static Arguments publications(WireBytes body, String reason) {
        return frame(FrameType.PUBLICATIONS, body, reason);
    }

    private static Arguments payloads(int count, WireBytes content, String reason) {
        return publications(stream().number(1).number(count).block(content), reason);
    }

    private static Arguments member(WireBytes member, String reason) {
        WireBytes alive = WireBytes.part().number(1).block(member);
        return frame(FrameType.GOSSIP, WireBytes.part().number(1).typed(1, alive), reason);
    }

    private static Arguments metadata(WireBytes labels, String reason) {
        WireBytes alive =
                WireBytes.part().number(1).block(rest("n", "h", 1)).number(0).number(0);
        WireBytes body = WireBytes.part().block(alive);
        body.buffer().writeBytes(labels.buffer());
        return frame(FrameType.METADATA, body, reason);
    }

    private static Arguments digest(WireBytes digest, String reason) {
        WireBytes alive = WireBytes.part().number(1).block(rest("n", "h", 1));
        alive.buffer().writeBytes(digest.buffer());
        return frame(FrameType.GOSSIP, WireBytes.part().number(1).typed(1, alive), reason);
    }

    private static Arguments operation(WireBytes operation, String reason) {
        // Made longer than the least that an operation takes, so that the count passes.
        WireBytes padding = WireBytes.part()
                .typed(0, WireBytes.part().fixed(0).fixed(0).fixed(0).fixed(0));
        WireBytes body = WireBytes.part().text("s").number(1).block(operation);
        body.buffer().writeBytes(padding.buffer());
        return frame(FrameType.OPERATIONS, body, reason);
    }

    private static WireBytes stream() {
        return WireBytes.part().origin().text("chat");
    }

    private static WireBytes rest(String name, String host, int port) {
        WireBytes parts =
                WireBytes.part().origin().text(name).text(host).number(port).text("");
        return name.equals("n") && host.equals("h") ? parts : parts.number(0);
    }

    private static WireBytes part(WireBytes beginning) {
        WireBytes part = WireBytes.part();
        part.buffer().writeBytes(beginning.buffer().duplicate());
        return part;
    }
}
