package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.protocol.step.TopicPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** One core with a clock that a test turns, and the effects of its last step. */
final class Fixture {

    static final Origin SELF = origin(1);
    static final Origin ANN = origin(2);
    static final Origin BEN = origin(3);
    static final Origin CLE = origin(4);
    static final Origin DAN = origin(5);
    static final String NEWS = "news";

    private final DisseminationCore core;
    private final List<Effect> effects = new ArrayList<>();
    private final Set<Origin> present = new HashSet<>();
    private long nanos = -5_000_000_000L; // the beginning of the clock means nothing, so it may be negative

    Fixture() {
        this(DisseminationSettings.DEFAULT);
    }

    Fixture(DisseminationSettings settings) {
        core = new DisseminationCore(SELF, settings, new SplittableRandom(1), present::contains);
    }

    /** A member with links to a few of many, who all are present; the links have no length. */
    static Fixture partial(DisseminationSettings settings, Origin... neighbours) {
        Fixture node = new Fixture(settings);
        node.present.addAll(List.of(ANN, BEN, CLE, DAN));
        node.partial(true);
        for (Origin neighbour : neighbours) {
            node.linkUp(neighbour);
            node.roundTrip(neighbour, Duration.ZERO);
        }
        return node;
    }

    /** The member is one of the cluster. */
    void present(Origin member) {
        present.add(member);
    }

    void absent(Origin member) {
        present.remove(member);
    }

    List<Effect> partial(boolean partial) {
        effects.clear();
        core.partial(partial, now(), effects::add);
        return List.copyOf(effects);
    }

    void pace(TopicPace pace) {
        core.pace(pace);
    }

    long untilTick() {
        return core.untilTick(now());
    }

    static Origin origin(long number) {
        return new Origin(new MemberId(number << 32, number), 1);
    }

    /** The defaults with other bounds of memory. */
    static DisseminationSettings bounds(long retainedBytes, int reorderMessages, long reorderBytes, int maxStreams) {
        DisseminationSettings base = DisseminationSettings.DEFAULT;
        return new DisseminationSettings(
                base.maxPayloadBytes(),
                retainedBytes,
                base.retainedAge(),
                reorderMessages,
                reorderBytes,
                base.pullDelay(),
                base.pullRetry(),
                base.digestInterval(),
                base.idleDigestInterval(),
                maxStreams);
    }

    List<Effect> publish(String topic, List<Bytes> payloads) {
        effects.clear();
        core.publish(topic, payloads, now(), effects::add);
        return List.copyOf(effects);
    }

    List<Effect> publish(long first, long last) {
        return publish(NEWS, payloads(first, last));
    }

    /** A subscription begins with what is retained of the news. */
    List<Effect> replay(long subscription) {
        effects.clear();
        core.replay(new Input.Replay(subscription, NEWS), now(), effects::add);
        return List.copyOf(effects);
    }

    List<Effect> room(long subscription, int messages) {
        effects.clear();
        core.replay(new Input.ReplayRoom(subscription, messages), now(), effects::add);
        return List.copyOf(effects);
    }

    List<Effect> replayEnd(long subscription) {
        effects.clear();
        core.replay(new Input.ReplayEnd(subscription), now(), effects::add);
        return List.copyOf(effects);
    }

    List<Effect> linkUp(Origin peer) {
        effects.clear();
        core.linkUp(peer, now(), effects::add);
        return List.copyOf(effects);
    }

    void roundTrip(Origin peer, Duration length) {
        core.roundTrip(peer, length.toNanos());
    }

    List<Effect> linkDown(Origin peer) {
        effects.clear();
        core.linkDown(peer, now(), effects::add);
        return List.copyOf(effects);
    }

    List<Effect> memberGone(Origin member) {
        effects.clear();
        core.memberGone(member, now(), effects::add);
        return List.copyOf(effects);
    }

    List<Effect> receive(Origin from, DisseminationFrame frame) {
        effects.clear();
        core.receive(from, frame, now(), effects::add);
        return List.copyOf(effects);
    }

    /** Messages of Ann's news arrive. */
    List<Effect> receive(long first, long last) {
        return receive(ANN, run(ANN, NEWS, first, last));
    }

    /** Time passes, then a tick. */
    List<Effect> after(Duration duration) {
        nanos += duration.toNanos();
        effects.clear();
        core.tick(now(), effects::add);
        return List.copyOf(effects);
    }

    boolean mayPublish(String topic) {
        return core.mayPublish(topic);
    }

    boolean hasRoomForLarge() {
        return core.hasRoomForLarge(now().nanos());
    }

    private Time now() {
        return new Time(nanos, 0);
    }

    static Publications run(Origin origin, String topic, long first, long last) {
        return new Publications(origin, topic, first, payloads(first, last));
    }

    static StreamDigest digest(Origin origin, String topic, long start, long retained, long last) {
        return new StreamDigest(List.of(new StreamState(origin, topic, start, retained, last)));
    }

    /** Payloads that say their own sequence. */
    static List<Bytes> payloads(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(sequence -> Bytes.utf8("m" + sequence))
                .toList();
    }

    static List<Bytes> payloadsOfLength(int count, int length) {
        return LongStream.range(0, count)
                .mapToObj(ignored -> Bytes.wrap(new byte[length]))
                .toList();
    }

    static Effect data(Origin to, DisseminationFrame frame) {
        return new Effect.Send(to, Lane.DATA, frame);
    }

    static Effect control(Origin to, DisseminationFrame frame) {
        return new Effect.Send(to, Lane.CONTROL, frame);
    }

    static Effect bulk(Origin to, DisseminationFrame frame) {
        return new Effect.Send(to, Lane.BULK, frame);
    }

    static Effect deliver(Origin origin, long first, long last) {
        return new Effect.Deliver(NEWS, origin, first, payloads(first, last));
    }

    static Effect gap(Origin origin, long from, long to) {
        return new Effect.Gap(NEWS, origin, from, to);
    }

    static Effect noted(ProtocolEvent event, long count) {
        return new Effect.Noted(event, count);
    }
}
