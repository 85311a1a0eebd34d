package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One core at a fixed time, and what it did in the last step. */
final class Fixture {

    static final String STORE = "s";
    static final Origin SELF = member(1);
    static final Origin PEER = member(2);
    static final Origin THIRD = member(3);
    static final long WALL = 1_000_000;

    final AntiEntropyCore core;
    Time now = new Time(0, WALL);
    private List<Effect> effects = new ArrayList<>();

    Fixture(AntiEntropySettings settings) {
        core = new AntiEntropyCore(SELF, settings, new SplittableRandom(1), now);
    }

    static Origin member(int number) {
        return new Origin(new MemberId(0, number), 1);
    }

    static Bytes bytes(String text) {
        return Bytes.utf8(text);
    }

    static Operation put(Origin origin, long counter, long millis, String key, String value, Dot... superseded) {
        return operation(origin, counter, millis, key, bytes(value), superseded);
    }

    static Operation removal(Origin origin, long counter, long millis, String key, Dot... superseded) {
        return operation(origin, counter, millis, key, null, superseded);
    }

    private static Operation operation(
            Origin origin, long counter, long millis, String key, @Nullable Bytes value, Dot... superseded) {
        return new Operation(
                new Dot(origin, counter),
                new HybridTimestamp(WALL + millis, 0),
                bytes(key),
                value,
                List.of(superseded));
    }

    static AntiEntropySettings settings(long logBytes, int chunkBytes, int cloudDots, int maxStores) {
        AntiEntropySettings d = AntiEntropySettings.DEFAULT;
        return new AntiEntropySettings(
                d.maxEntryBytes(),
                logBytes,
                d.syncInterval(),
                d.maxSyncInterval(),
                chunkBytes,
                d.transferTimeout(),
                d.maxDrift(),
                cloudDots,
                maxStores);
    }

    void pass(Duration time) {
        now = new Time(now.nanos() + time.toNanos(), now.wallMillis() + time.toMillis());
    }

    List<Effect> write(String key, @Nullable String value) {
        core.write(STORE, bytes(key), value == null ? null : bytes(value), now, start());
        return effects;
    }

    List<Effect> receive(Origin from, AntiEntropyFrame frame) {
        core.receive(from, frame, now, start());
        return effects;
    }

    List<Effect> receive(Origin from, Operation... operations) {
        return receive(from, new Operations(STORE, List.of(operations)));
    }

    List<Effect> linkUp(Origin peer) {
        core.linkUp(peer, now, start());
        return effects;
    }

    List<Effect> linkDown(Origin peer) {
        core.linkDown(peer, now, start());
        return effects;
    }

    List<Effect> tick() {
        core.tick(now, start());
        return effects;
    }

    private dev.grapevine.protocol.step.Effects start() {
        effects = new ArrayList<>();
        return effects::add;
    }

    /** The visible entries as text. */
    List<String> entries() {
        List<String> entries = new ArrayList<>();
        core.forEachEntry(STORE, (key, value) -> entries.add(key.utf8() + "=" + value.utf8()));
        return entries;
    }

    static <F> List<F> sent(List<Effect> effects, Class<F> type) {
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> ((Effect.Send) effect).frame())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    static List<RejectReason> rejections(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Rejected.class::isInstance)
                .map(effect -> ((Effect.Rejected) effect).reason())
                .toList();
    }
}
