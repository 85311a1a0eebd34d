package dev.grapevine.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.DialFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What this release reads of what a later one may write. */
class ForwardCompatibilityTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 2), 3);
    private static final int UNKNOWN = 0xee;

    private final FrameCodec codec = new FrameCodec();

    @Test
    void aFrameOfAnUnknownTypeIsSkippedAndCounted() {
        WireBytes wire = WireBytes.frame()
                .typed(FrameType.STATE_OFFER, WireBytes.part().text("before"))
                .typed(UNKNOWN, WireBytes.part().fixed(42).text("of a later release"))
                .typed(UNKNOWN + 1, WireBytes.part())
                .typed(FrameType.STATE_OFFER, WireBytes.part().text("after"));
        assertThat(codec.decode(wire.buffer()))
                .isEqualTo(new Decoded(List.of(new StateOffer("before"), new StateOffer("after")), 2));
    }

    @Test
    void fieldsAppendedToAnyFrameAreSkipped() {
        for (Frame frame : new RandomFrames(1).oneOfEach()) {
            ByteBuf known = codec.encode(List.of(frame), UnpooledByteBufAllocator.DEFAULT);
            int length = known.getUnsignedMedium(2);
            ByteBuf wire = Unpooled.buffer()
                    .writeByte(known.getByte(0))
                    .writeByte(known.getByte(1))
                    .writeMedium(length + 9)
                    .writeBytes(known, 5, length)
                    .writeLong(-1)
                    .writeByte(0x80);
            known.release();
            wire.writeBytes(WireBytes.part()
                    .typed(FrameType.STATE_OFFER, WireBytes.part().text("after"))
                    .buffer());
            assertThat(codec.decode(wire).frames())
                    .as(frame.getClass().getSimpleName())
                    .containsExactly(frame, new StateOffer("after"));
        }
    }

    @Test
    void aRumorOfAnUnknownTypeIsSkippedAndCounted() {
        WireBytes left = WireBytes.part().number(7).origin();
        WireBytes wire = WireBytes.frame()
                .typed(
                        FrameType.GOSSIP,
                        WireBytes.part()
                                .number(2)
                                .typed(UNKNOWN, WireBytes.part().text("of a later release"))
                                .typed(4, left));
        assertThat(codec.decode(wire.buffer()))
                .isEqualTo(new Decoded(List.of(new Gossip(List.of(new Rumor.Left(ORIGIN, 7)))), 1));
    }

    @Test
    void fieldsAppendedToARumorAndToItsMemberAreSkipped() {
        WireBytes member = WireBytes.part()
                .origin()
                .text("orders-3")
                .text("host")
                .number(7946)
                .text("")
                .text("appended to the member");
        WireBytes alive = WireBytes.part().number(7).block(member).raw(0, 0).text("appended to the rumor");
        WireBytes wire = WireBytes.frame()
                .typed(FrameType.GOSSIP, WireBytes.part().number(1).typed(1, alive));
        Member known = new Member(ORIGIN, "orders-3", new Address("host", 7946), "", Map.of());
        assertThat(codec.decode(wire.buffer()).frames())
                .containsExactly(new Gossip(List.of(new Rumor.Alive(known, 7))));
    }

    @Test
    void unknownEvidenceCountsAsTheWeakest() {
        WireBytes suspect = WireBytes.part().number(7).origin().origin().raw(9);
        WireBytes wire = WireBytes.frame()
                .typed(FrameType.GOSSIP, WireBytes.part().number(1).typed(2, suspect));
        assertThat(codec.decode(wire.buffer()).frames())
                .containsExactly(new Gossip(List.of(new Rumor.Suspect(ORIGIN, 7, ORIGIN, Rumor.Evidence.SILENCE))));
    }

    @Test
    void fieldsAppendedToAHelloAreSkipped() {
        Hello hello = new RandomFrames(3).hello();
        ByteBuf wire = HelloCodec.encode(hello, UnpooledByteBufAllocator.DEFAULT);
        ByteBuf appended = Unpooled.wrappedBuffer(wire, Unpooled.wrappedBuffer(new byte[100]));
        assertThat(HelloCodec.decode(appended)).isEqualTo(hello);
        appended.release();
    }

    @Test
    void aRefusalOfAnUnknownKindMeansTryAgainLater() {
        assertThat(HelloCodec.decodeRefusal("GRAPEVINE/1 UNAUTHORIZED not on the list"))
                .isEqualTo(new Refusal(DialFailure.NOT_READY, "not on the list"));
    }
}
