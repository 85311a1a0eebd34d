package dev.grapevine.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.EpidemicFrame.Answer;
import dev.grapevine.protocol.frame.EpidemicFrame.Name;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.frame.EpidemicFrame.Told;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdict;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdicts;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame.Ack;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Leave;
import dev.grapevine.protocol.frame.MembershipFrame.LeaveAck;
import dev.grapevine.protocol.frame.MembershipFrame.Metadata;
import dev.grapevine.protocol.frame.MembershipFrame.MetadataRequest;
import dev.grapevine.protocol.frame.MembershipFrame.Nack;
import dev.grapevine.protocol.frame.MembershipFrame.Part;
import dev.grapevine.protocol.frame.MembershipFrame.Ping;
import dev.grapevine.protocol.frame.MembershipFrame.PingRequest;
import dev.grapevine.protocol.frame.MembershipFrame.Sync;
import dev.grapevine.protocol.frame.MembershipFrame.SyncBuckets;
import dev.grapevine.protocol.frame.MembershipFrame.SyncDigest;
import dev.grapevine.protocol.frame.MembershipFrame.SyncHashes;
import dev.grapevine.protocol.frame.MembershipFrame.SyncRequest;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.DialFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds the format to files that were written once: members of different releases talk to each other. If one of these
 * tests fails, the format has changed under the releases that are out. To write the files of a new frame, or to change
 * the format on purpose, run this class with {@code -Dgrapevine.golden.write=true} and look at the difference.
 */
class GoldenFramesTest {

    private static final Path FILES = Path.of("src/test/resources/wire/v1");

    private static final Origin A =
            new Origin(new MemberId(0x0102030405060708L, 0x090a0b0c0d0e0f10L), 1_760_000_000_000L);
    private static final Origin B = new Origin(new MemberId(-1, 0x1111111111111111L), 1);
    private static final Member MEMBER = new Member(
            A, "orders-3", new Address("10.0.0.3", 7946), "zürich-a", Map.of("version", "1.2.0", "role", "writer"));
    private static final Rumor LEFT = new Rumor.Left(B, 5);
    private static final List<Rumor> RUMORS = List.of(
            new Rumor.Alive(MEMBER, 300),
            new Rumor.Suspect(B, 4, A, Rumor.Evidence.REFUSED),
            new Rumor.Suspect(A, 0, B, Rumor.Evidence.SILENCE),
            new Rumor.Dead(B, 4, A),
            LEFT);
    private static final CausalContext CONTEXT = new CausalContext(
            VersionVector.of(Map.of(A, 1000L, B, 1L)), List.of(new DotRange(B, 4, 4), new DotRange(B, 7, 12)));
    private static final HybridTimestamp STAMP = new HybridTimestamp(1_760_000_000_123L, 2);

    private static final Told TOLD = new Told(
            "flags",
            new Operation(new Dot(A, 12), STAMP, Bytes.utf8("dark"), Bytes.utf8("on"), List.of(new Dot(B, 3))),
            300);
    private static final Verdict VERDICT = new Verdict(new Name("flags", new Dot(A, 12)), false, 65_536);

    private final FrameCodec codec = new FrameCodec();

    @TestFactory
    List<DynamicTest> everyFrameIsWrittenAndReadAsInItsFile() {
        return frames().entrySet().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.getKey(), () -> {
                    ByteBuf wire = codec.encode(golden.getValue(), UnpooledByteBufAllocator.DEFAULT);
                    byte[] file = checkFile(golden.getKey(), ByteBufUtil.getBytes(wire));
                    wire.release();
                    assertThat(codec.decode(Unpooled.wrappedBuffer(file))).isEqualTo(new Decoded(golden.getValue(), 0));
                }))
                .toList();
    }

    @Test
    void helloIsWrittenAndReadAsInItsFile() throws IOException {
        Hello hello = new Hello("orders", 1, 3, MEMBER);
        ByteBuf wire = HelloCodec.encode(hello, UnpooledByteBufAllocator.DEFAULT);
        byte[] file = checkFile("hello", ByteBufUtil.getBytes(wire));
        wire.release();
        assertThat(HelloCodec.decode(Unpooled.wrappedBuffer(file))).isEqualTo(hello);
    }

    @Test
    void refusalIsWrittenAndReadAsItAlwaysWas() {
        Refusal refusal = new Refusal(DialFailure.FOREIGN_CLUSTER, "this is cluster 'orders'");
        String text = "GRAPEVINE/1 FOREIGN_CLUSTER this is cluster 'orders'";
        assertThat(HelloCodec.encodeRefusal(refusal)).isEqualTo(text);
        assertThat(HelloCodec.decodeRefusal(text)).isEqualTo(refusal);
    }

    @Test
    void everyTypeOfFrameHasAFile() {
        Set<Class<?>> covered = new HashSet<>();
        frames().values().forEach(batch -> batch.forEach(frame -> covered.add(frame.getClass())));
        assertThat(covered).containsExactlyInAnyOrderElementsOf(FrameTypes.all());
    }

    private static Map<String, List<Frame>> frames() {
        Map<String, List<Frame>> frames = new TreeMap<>();
        frames.put("empty", List.of());
        for (Frame frame : List.<Frame>of(
                new Ping(-2, B, RUMORS),
                new Ack(0x0102030405060708L, List.of()),
                new PingRequest(7, A, List.of(LEFT)),
                new Nack(7, List.of()),
                new Gossip(RUMORS),
                new Sync(RUMORS),
                new SyncDigest(10_000, -3, List.of(LEFT)),
                new SyncBuckets(List.of(0x0102030405060708L, -1L)),
                new SyncHashes(List.of(new Part(0, 3, List.of(5L, -6L)), new Part(9, 255, List.of()))),
                new SyncRequest(false, List.of(7L)),
                new Leave(List.of(LEFT)),
                new LeaveAck(List.of()),
                new MetadataRequest(B, 300),
                new Metadata(new Rumor.Alive(MEMBER, 300), MEMBER.metadata()),
                new OverlayFrame.Neighbour(true),
                new OverlayFrame.Release(),
                new OverlayFrame.Disconnect(),
                new OverlayFrame.Join(),
                new OverlayFrame.ForwardJoin(A, MEMBER.address(), 6),
                new OverlayFrame.Shuffle(List.of(B), 5, List.of(B, A)),
                new OverlayFrame.ShuffleReply(List.of(B), List.of(A)),
                new Publications(
                        A,
                        "chat",
                        128,
                        List.of(Bytes.utf8("hello"), Bytes.EMPTY, Bytes.utf8("world")),
                        new Way(3, 1_500)),
                new StreamDigest(List.of(
                        new StreamState(A, "chat", 1, 100, 130),
                        new StreamState(B, "Bücher", 9, 9, 8, 2, new Way(4, 70_000)))),
                new StreamQuery(B, "chat"),
                new Pull(A, "chat", 129, 16_384),
                new Unavailable(A, "chat", 1, Long.MAX_VALUE),
                new Graft(A),
                new Prune(B),
                new Announcement(A, "chat", 7, 4 << 20, new Way(2, 900)),
                new ChunkRequest(A, "chat", 7, 49_152, 49_152),
                new Chunk(A, "chat", 7, 98_304, Bytes.utf8("the end")),
                new Operations(
                        "flags",
                        List.of(
                                new Operation(
                                        new Dot(A, 12),
                                        STAMP,
                                        Bytes.utf8("dark"),
                                        Bytes.utf8("on"),
                                        List.of(new Dot(B, 3))),
                                new Operation(new Dot(A, 13), STAMP, Bytes.utf8("beta"), null, List.of()),
                                new Operation(new Dot(A, 14), STAMP, Bytes.EMPTY, Bytes.EMPTY, List.of()))),
                new StoreDigest("flags", CONTEXT, true),
                new StateRequest("flags", -9, new Cursor(Bytes.utf8("d"), new Dot(B, 3))),
                new StateOffer("flags"),
                new StateChunk(
                        "flags",
                        77,
                        null,
                        new Cursor(Bytes.utf8("e"), new Dot(B, 7)),
                        List.of(new Entry(Bytes.utf8("dark"), new Dot(A, 12), STAMP, Bytes.utf8("on"))),
                        CONTEXT),
                new Offer(List.of(TOLD), true, false),
                new Answer(List.of(TOLD), List.of(VERDICT), true),
                new Verdicts(List.of(VERDICT, new Verdict(new Name("Bücher", new Dot(B, 1)), true, 0))))) {
            frames.put(fileNameOf(frame), List.of(frame));
        }
        frames.put("batch", List.of(new Ack(1, List.of()), new StateOffer("flags"), new Pull(A, "chat", 2, 3)));
        return frames;
    }

    private static String fileNameOf(Frame frame) {
        return frame.getClass()
                .getSimpleName()
                .replaceAll("(?<=.)([A-Z])", "-$1")
                .toLowerCase(java.util.Locale.ROOT);
    }

    /** Compares with the file, sixteen bytes a line, and gives its bytes. */
    private static byte[] checkFile(String name, byte[] encoded) throws IOException {
        Path file = FILES.resolve(name + ".hex");
        String hex = ByteBufUtil.hexDump(encoded).replaceAll("(.{2})", "$1 ").replaceAll("((?:.. ){16})", "$1\n");
        String lines = hex.replace(" \n", "\n").strip() + "\n";
        if (Boolean.getBoolean("grapevine.golden.write")) {
            Files.createDirectories(FILES);
            Files.writeString(file, lines);
        }
        String golden = Files.readString(file);
        assertThat(lines).as("encoded %s", name).isEqualTo(golden);
        return ByteBufUtil.decodeHexDump(golden.replaceAll("\\s", ""));
    }
}
