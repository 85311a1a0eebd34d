package dev.grapevine.wire;

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
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Frames of every type with contents from a seed: small ones mostly, and now and then something at a limit. */
final class RandomFrames {

    /** Of one, two, three and (with its surrogates) four bytes in UTF-8. */
    private static final List<String> LETTERS = List.of("a", "Z", "-", "ä", "ж", "漢", "😀");

    private final Random random;
    private final List<Supplier<Frame>> kinds;

    RandomFrames(long seed) {
        random = new Random(seed);
        kinds = List.of(
                () -> new MembershipFrame.Ping(random.nextLong(), origin(), rumors()),
                () -> new MembershipFrame.Ack(random.nextLong(), rumors()),
                () -> new MembershipFrame.PingRequest(random.nextLong(), origin(), rumors()),
                () -> new MembershipFrame.Nack(random.nextLong(), rumors()),
                () -> new MembershipFrame.Gossip(rumors()),
                () -> new MembershipFrame.Sync(rumors()),
                () -> new MembershipFrame.SyncDigest(random.nextInt(1 << 20), random.nextLong(), rumors()),
                () -> new MembershipFrame.SyncBuckets(listOf(random::nextLong)),
                () -> new MembershipFrame.SyncHashes(listOf(this::part)),
                () -> new MembershipFrame.SyncRequest(random.nextBoolean(), listOf(random::nextLong)),
                () -> new MembershipFrame.Leave(rumors()),
                () -> new MembershipFrame.LeaveAck(rumors()),
                () -> new MembershipFrame.MetadataRequest(origin(), number()),
                () -> new MembershipFrame.Metadata(new Rumor.Alive(member(), number()), member().metadata()),
                () -> new OverlayFrame.Neighbour(random.nextBoolean()),
                OverlayFrame.Release::new,
                OverlayFrame.Disconnect::new,
                OverlayFrame.Join::new,
                () -> new OverlayFrame.ForwardJoin(origin(), member().address(), random.nextInt(7)),
                () -> new OverlayFrame.Shuffle(path(), random.nextInt(7), listOf(this::origin)),
                () -> new OverlayFrame.ShuffleReply(path(), listOf(this::origin)),
                this::publications,
                () -> new DisseminationFrame.StreamDigest(listOf(this::streamState)),
                () -> new DisseminationFrame.StreamQuery(origin(), name()),
                () -> new DisseminationFrame.Pull(origin(), name(), number(), number()),
                () -> new DisseminationFrame.Unavailable(origin(), name(), number(), number()),
                () -> new DisseminationFrame.Graft(origin()),
                () -> new DisseminationFrame.Prune(origin()),
                () -> new DisseminationFrame.Announcement(origin(), name(), number(), random.nextInt(1 << 30), way()),
                () -> new DisseminationFrame.ChunkRequest(
                        origin(), name(), number(), random.nextInt(1 << 30), random.nextInt(1 << 20)),
                () -> new DisseminationFrame.Chunk(origin(), name(), number(), random.nextInt(1 << 30), bytes(2)),
                () -> new AntiEntropyFrame.Operations(name(), listOf(this::operation)),
                () -> new AntiEntropyFrame.StoreDigest(name(), context(), random.nextBoolean()),
                () -> new AntiEntropyFrame.StateRequest(name(), random.nextLong(), cursor()),
                () -> new AntiEntropyFrame.StateOffer(name()),
                this::chunk,
                () -> new EpidemicFrame.Offer(listOf(this::told), random.nextBoolean(), random.nextBoolean()),
                () -> new EpidemicFrame.Answer(listOf(this::told), listOf(this::verdict), random.nextBoolean()),
                () -> new EpidemicFrame.Verdicts(listOf(this::verdict)));
    }

    /** A frame of every type. */
    List<Frame> oneOfEach() {
        return kinds.stream().map(Supplier::get).toList();
    }

    /** A batch of a few frames of any types. */
    List<Frame> batch() {
        return Stream.generate(() -> kinds.get(random.nextInt(kinds.size())).get())
                .limit(1 + random.nextInt(4))
                .toList();
    }

    Hello hello() {
        int minVersion = 1 + random.nextInt(200);
        return new Hello(text(1, Hello.MAX_CLUSTER_LENGTH), minVersion, minVersion + random.nextInt(200), member());
    }

    Member member() {
        TreeMap<String, String> metadata = new TreeMap<>();
        int budget = Member.MAX_METADATA_CHARS;
        for (int i = smallCount(); i > 0 && budget > 80; i--) {
            String key = text(0, 40);
            String value = text(0, random.nextInt(20) == 0 ? budget - 40 : 40);
            budget -= metadata.containsKey(key) ? 0 : key.length() + value.length();
            metadata.putIfAbsent(key, value);
        }
        String name = text(1, Member.MAX_NAME_LENGTH);
        String zone = text(0, Member.MAX_ZONE_LENGTH);
        return new Member(origin(), name, new Address(text(1, 60), random.nextInt(65536)), zone, metadata);
    }

    private List<Rumor> rumors() {
        return listOf(() -> switch (random.nextInt(4)) {
            case 0 -> new Rumor.Alive(member(), number());
            case 1 ->
                new Rumor.Suspect(
                        origin(),
                        number(),
                        origin(),
                        Rumor.Evidence.values()[random.nextInt(Rumor.Evidence.values().length)]);
            case 2 -> new Rumor.Dead(origin(), number(), origin());
            default -> new Rumor.Left(origin(), number());
        });
    }

    private MembershipFrame.Part part() {
        return new MembershipFrame.Part(random.nextInt(256), random.nextInt(256), listOf(random::nextLong));
    }

    private DisseminationFrame.Publications publications() {
        List<Bytes> payloads = Stream.generate(() -> bytes(200))
                .limit(1 + (long) random.nextInt(random.nextInt(30) == 0 ? 500 : 10))
                .toList();
        return new DisseminationFrame.Publications(origin(), name(), number(), payloads, way());
    }

    private DisseminationFrame.StreamState streamState() {
        return new DisseminationFrame.StreamState(origin(), name(), number(), number(), number(), number(), way());
    }

    private Way way() {
        return new Way(random.nextInt(Way.MAX_HOPS + 1), random.nextInt(Way.MAX_MICROS + 1));
    }

    private AntiEntropyFrame.Operation operation() {
        return new AntiEntropyFrame.Operation(dot(), stamp(), bytes(30), optional(), listOf(this::dot));
    }

    private EpidemicFrame.Told told() {
        return new EpidemicFrame.Told(name(), operation(), random.nextInt(EpidemicFrame.MAX_COUNT + 1));
    }

    private EpidemicFrame.Verdict verdict() {
        return new EpidemicFrame.Verdict(
                new EpidemicFrame.Name(name(), dot()),
                random.nextBoolean(),
                random.nextInt(EpidemicFrame.MAX_COUNT + 1));
    }

    private AntiEntropyFrame.StateChunk chunk() {
        return new AntiEntropyFrame.StateChunk(
                name(),
                random.nextLong(),
                cursor(),
                cursor(),
                listOf(() -> new AntiEntropyFrame.Entry(bytes(30), dot(), stamp(), bytes(200))),
                context());
    }

    private AntiEntropyFrame.@Nullable Cursor cursor() {
        Bytes key = optional();
        return key == null ? null : new AntiEntropyFrame.Cursor(key, dot());
    }

    private CausalContext context() {
        TreeMap<Origin, Long> runs = new TreeMap<>();
        TreeMap<Origin, List<DotRange>> ahead = new TreeMap<>();
        for (int i = smallCount(); i > 0; i--) {
            Origin origin = origin();
            long run = number() >>> 1;
            List<DotRange> ranges = ranges(origin, run);
            ahead.put(origin, ranges);
            if (run > 0 || ranges.isEmpty()) {
                runs.put(origin, Math.max(run, 1));
            }
        }
        return new CausalContext(
                new VersionVector(runs),
                ahead.values().stream().flatMap(List::stream).toList());
    }

    private List<DotRange> ranges(Origin origin, long run) {
        List<DotRange> ranges = new ArrayList<>();
        long last = run;
        for (int i = smallCount(); i > 0; i--) {
            long from = last + 2 + (number() >>> 8);
            last = from + (number() >>> 8);
            ranges.add(new DotRange(origin, from, last));
        }
        return ranges;
    }

    private Dot dot() {
        return new Dot(origin(), number());
    }

    private HybridTimestamp stamp() {
        return new HybridTimestamp(number(), random.nextInt() & Integer.MAX_VALUE);
    }

    private Origin origin() {
        return new Origin(new MemberId(random.nextLong(), random.nextLong()), number());
    }

    private String name() {
        return text(1, DisseminationFrame.MAX_NAME_LENGTH);
    }

    private @Nullable Bytes optional() {
        return random.nextInt(3) == 0 ? null : bytes(60);
    }

    private Bytes bytes(int usual) {
        byte[] content = new byte[random.nextInt(random.nextInt(200) == 0 ? 70_000 : usual)];
        random.nextBytes(content);
        return Bytes.wrap(content);
    }

    /** Of any number of bits from 0 to 63. */
    private long number() {
        return random.nextLong() >>> (1 + random.nextInt(64) % 63);
    }

    private int smallCount() {
        return random.nextInt(random.nextInt(50) == 0 ? 40 : 5);
    }

    private List<Origin> path() {
        return Stream.generate(this::origin)
                .limit(random.nextInt(OverlayFrame.MAX_STEPS + 1))
                .toList();
    }

    private <T> List<T> listOf(Supplier<T> element) {
        return Stream.generate(element).limit(smallCount()).toList();
    }

    private String text(int min, int max) {
        int wanted = min + random.nextInt(random.nextInt(10) == 0 ? max - min + 1 : Math.min(12, max - min + 1));
        StringBuilder text = new StringBuilder();
        while (text.length() < wanted) {
            String letter = LETTERS.get(random.nextInt(LETTERS.size()));
            text.append(text.length() + letter.length() <= max ? letter : "z");
        }
        return text.toString();
    }
}
