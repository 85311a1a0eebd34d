package dev.grapevine.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HelloCodecTest {

    @Test
    void helloComesBackAsItWas() {
        for (long seed = 1; seed <= 2000; seed++) {
            Hello hello = new RandomFrames(seed).hello();
            ByteBuf wire = HelloCodec.encode(hello, UnpooledByteBufAllocator.DEFAULT);
            assertThat(HelloCodec.decode(wire)).as("seed %d", seed).isEqualTo(hello);
            assertThat(wire.refCnt()).isEqualTo(1);
            wire.release();
        }
    }

    @Test
    void theLongestHelloIsWithinTheLimit() {
        Map<String, String> metadata = Map.of("", "漢".repeat(Member.MAX_METADATA_CHARS));
        Member member = new Member(
                new Origin(new MemberId(-1, -1), Long.MAX_VALUE),
                "漢".repeat(Member.MAX_NAME_LENGTH),
                new Address("漢".repeat(Address.MAX_HOST_LENGTH), 65535),
                "漢".repeat(Member.MAX_ZONE_LENGTH),
                metadata);
        Hello hello = new Hello("漢".repeat(Hello.MAX_CLUSTER_LENGTH), Integer.MAX_VALUE, Integer.MAX_VALUE, member);
        ByteBuf wire = HelloCodec.encode(hello, UnpooledByteBufAllocator.DEFAULT);
        assertThat(wire.readableBytes()).isLessThan(HelloCodec.MAX_HELLO_BYTES / 2);
        assertThat(HelloCodec.decode(wire)).isEqualTo(hello);
        wire.release();
    }

    @Test
    void whatIsNoHelloIsRefused() {
        assertRefused(Unpooled.EMPTY_BUFFER, "hello needs 1 bytes where 0 are left");
        assertRefused(
                Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII),
                "no hello of this protocol");
        assertRefused(Unpooled.wrappedBuffer(new byte[40_000]), "hello has 40000 bytes, which are more than 32768");
    }

    @Test
    void versionsThatAreNoRangeAreRefused() {
        WireBytes member =
                WireBytes.part().origin().text("a").text("h").number(1).text("").number(0);
        assertRefused(hello(0, 1, "c", member), "hello: Not a range of versions: 0 to 1");
        assertRefused(hello(3, 2, "c", member), "hello: Not a range of versions: 3 to 2");
        assertRefused(hello(1, 1L << 31, "c", member), "newest version is 2147483648");
        assertRefused(hello(1, 1, " ", member), "hello: A cluster's name has 1 to 128 characters");
        assertRefused(hello(1, 1, "c".repeat(129), member), "cluster name has 129 characters");
    }

    @ParameterizedTest
    @EnumSource(DialFailure.class)
    void aRefusalComesBackAsItWasUnlessOnlyTheDiallerCanKnowIt(DialFailure failure) {
        String text = "GRAPEVINE/1 " + failure + " some words\nand more";
        switch (failure) {
            case CONNECTION_REFUSED, TIMEOUT, UNREACHABLE -> {
                assertThatThrownBy(() -> new Refusal(failure, "")).isInstanceOf(IllegalArgumentException.class);
                assertThat(HelloCodec.decodeRefusal(text).failure()).isEqualTo(DialFailure.NOT_READY);
            }
            default -> {
                Refusal refusal = new Refusal(failure, "some words\nand more");
                assertThat(HelloCodec.encodeRefusal(refusal)).isEqualTo(text);
                assertThat(HelloCodec.decodeRefusal(text)).isEqualTo(refusal);
            }
        }
    }

    @Test
    void anyOtherTextComesFromNoPeer() {
        assertThat(HelloCodec.decodeRefusal(null)).isEqualTo(new Refusal(DialFailure.NOT_A_PEER, ""));
        assertThat(HelloCodec.decodeRefusal("no route")).isEqualTo(new Refusal(DialFailure.NOT_A_PEER, "no route"));
        assertThat(HelloCodec.decodeRefusal("x".repeat(1 << 20)).detail()).hasSize(Refusal.MAX_DETAIL_LENGTH);
        assertThat(HelloCodec.decodeRefusal("GRAPEVINE/1 SELF")).isEqualTo(new Refusal(DialFailure.SELF, ""));
    }

    private static ByteBuf hello(long minVersion, long version, String cluster, WireBytes member) {
        return WireBytes.part()
                .raw('G', 'V', 'H', 1)
                .number(minVersion)
                .number(version)
                .text(cluster)
                .block(member)
                .buffer();
    }

    private static void assertRefused(ByteBuf wire, String message) {
        assertThatThrownBy(() -> HelloCodec.decode(wire))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining(message);
    }
}
