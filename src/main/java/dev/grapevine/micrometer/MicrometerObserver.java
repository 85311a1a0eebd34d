package dev.grapevine.micrometer;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Tuning;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a node does, and shows it in any number of registries.
 *
 * <p>It counts from the start, whether or not a registry is bound; a registry that is bound later shows all that was
 * counted before (round-trip times excepted). Counting one message takes one look-up and one addition.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>name</th><th>kind</th><th>tags</th></tr>
 *   <tr><td>{@code grapevine.members}</td><td>gauge</td><td>{@code state}: alive, suspect</td></tr>
 *   <tr><td>{@code grapevine.departures}</td><td>counter</td><td>{@code state}: left, dead</td></tr>
 *   <tr><td>{@code grapevine.links}</td><td>gauge</td><td></td></tr>
 *   <tr><td>{@code grapevine.health.score}</td><td>gauge, 0 to 8</td><td></td></tr>
 *   <tr><td>{@code grapevine.gossip.fanout}, {@code .interval}, {@code .batch}</td>
 *     <td>gauges: peers, seconds and bytes of a round</td><td>{@code gossip}: membership, writes; of topics the
 *     interval of digests only</td></tr>
 *   <tr><td>{@code grapevine.gossip.retry}, {@code .repair}</td>
 *     <td>gauges: seconds until messages are asked for again, most bytes a second sent again</td>
 *     <td>{@code gossip}: topics</td></tr>
 *   <tr><td>{@code grapevine.gossip.reason}</td><td>gauge, 1 while it makes the pace differ from what was set</td>
 *     <td>{@code gossip}; {@code reason}: size, loss, round_trip, budget</td></tr>
 *   <tr><td>{@code grapevine.gossip.loss}</td><td>gauge, share that is lost</td><td></td></tr>
 *   <tr><td>{@code grapevine.gossip.decisions}</td><td>counter</td><td></td></tr>
 *   <tr><td>{@code grapevine.isolated}</td><td>gauge, 0 or 1</td><td></td></tr>
 *   <tr><td>{@code grapevine.flapping}</td><td>gauge, members that flap</td><td></td></tr>
 *   <tr><td>{@code grapevine.links.flapping}</td><td>gauge, 0 or 1</td><td></td></tr>
 *   <tr><td>{@code grapevine.join.state}</td><td>gauge, 1 for the state that holds</td>
 *     <td>{@code state}: alone, joining, seeking, joined, isolated, left</td></tr>
 *   <tr><td>{@code grapevine.probes}</td><td>counter</td>
 *     <td>{@code outcome}: acked, acked_indirectly, failed</td></tr>
 *   <tr><td>{@code grapevine.probe.rtt}</td><td>timer</td><td></td></tr>
 *   <tr><td>{@code grapevine.protocol}</td><td>counter</td>
 *     <td>{@code event}: the other values of {@link ProtocolEvent}</td></tr>
 *   <tr><td>{@code grapevine.messages}</td><td>counter</td><td>{@code topic}; {@code direction}: out, in;
 *     {@code outcome}: published, delivered, lost, missed</td></tr>
 *   <tr><td>{@code grapevine.dropped}</td><td>counter</td><td>{@code reason}: outbox_full, lagging, no_link;
 *     {@code lane}: control, critical, data, bulk</td></tr>
 *   <tr><td>{@code grapevine.outbox}</td><td>gauge, bytes that wait for peers</td><td>{@code lane}</td></tr>
 *   <tr><td>{@code grapevine.rejected}</td><td>counter</td><td>{@code reason}: the values of
 *     {@link RejectReason}</td></tr>
 * </table>
 *
 * <p>Every tag value is registered at zero when a registry is bound. No tag names a member. Topics have names of their
 * own up to a limit, first come, first served; all further ones are counted together as {@code other}, which a topic
 * of that name joins.
 *
 * <p>A registry refers to this observer weakly, as Micrometer does; the node keeps it. Two nodes that share a registry
 * need tags that tell them apart. May be used from any thread.
 */
public final class MicrometerObserver implements GrapevineObserver, MeterBinder {

    /** Default number of topics that are counted under their own names. */
    public static final int DEFAULT_MAX_TOPICS = 64;

    private final Tags tags;
    private final PresentMembers members = new PresentMembers();
    private final TopicMeters topics;
    private final EnumCounters<MemberStatus> departures;
    private final EnumCounters<ProtocolEvent> probes;
    private final EnumCounters<ProtocolEvent> protocol;
    private final Map<Lane, EnumCounters<DropReason>> dropped = new EnumMap<>(Lane.class);
    private final Map<Lane, AtomicLong> outboxes = new EnumMap<>(Lane.class);
    private final EnumCounters<RejectReason> rejected;
    private final GossipMeters gossip = new GossipMeters();
    private final List<Timer> roundTrips = new CopyOnWriteArrayList<>();
    private volatile @Nullable JoinState joinState;
    private volatile int links;
    private volatile NodeHealth health = NodeHealth.GOOD;

    /** Counts with no further tags and {@link #DEFAULT_MAX_TOPICS}. */
    public MicrometerObserver() {
        this(Tags.empty(), DEFAULT_MAX_TOPICS);
    }

    /**
     * Counts with tags on every meter.
     *
     * @param tags tags of every meter, for instance one that tells this node from another in the same process
     * @param maxTopics how many topics are counted under their own names, at least 0
     * @throws IllegalArgumentException if the number of topics is negative
     */
    public MicrometerObserver(Iterable<Tag> tags, int maxTopics) {
        if (maxTopics < 0) {
            throw new IllegalArgumentException("The number of topics is at least 0, not " + maxTopics);
        }
        this.tags = Tags.of(tags);
        this.topics = new TopicMeters(this.tags, maxTopics);
        this.departures = new EnumCounters<>(
                MemberStatus.class, "grapevine.departures", "state", "Members that left or died", s -> !s.isPresent());
        this.probes = new EnumCounters<>(
                ProtocolEvent.class, "grapevine.probes", "outcome", "Probes by outcome", ProbeOutcomes::isProbe);
        this.protocol = new EnumCounters<>(
                ProtocolEvent.class,
                "grapevine.protocol",
                "event",
                "What the protocols did or saw",
                event -> !ProbeOutcomes.isProbe(event));
        for (Lane lane : Lane.values()) {
            dropped.put(
                    lane,
                    new EnumCounters<>(
                            DropReason.class,
                            "grapevine.dropped",
                            "reason",
                            "Frames for a peer that were dropped",
                            r -> true));
            outboxes.put(lane, new AtomicLong());
        }
        this.rejected = new EnumCounters<>(
                RejectReason.class,
                "grapevine.rejected",
                "reason",
                "What came from outside and was refused",
                r -> true);
    }

    /**
     * Shows the meters in a registry, each tag value at once, and those of topics as they are first met.
     *
     * @param registry the registry
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        for (MemberStatus status : PresentMembers.STATES) {
            Gauge.builder("grapevine.members", members, present -> present.count(status))
                    .tags(tags.and("state", TagValues.of(status)))
                    .description("Members in the view, this one included")
                    .register(registry);
        }
        for (JoinState state : JoinState.values()) {
            Gauge.builder("grapevine.join.state", this, observer -> observer.joinState == state ? 1 : 0)
                    .tags(tags.and("state", TagValues.of(state)))
                    .description("1 for the state that holds")
                    .register(registry);
        }
        Gauge.builder("grapevine.links", this, observer -> observer.links)
                .tags(tags)
                .description("Open links to peers")
                .register(registry);
        bindHealth(registry);
        gossip.bindTo(registry, tags);
        departures.bindTo(registry, tags);
        probes.bindTo(registry, tags, ProbeOutcomes::tagValue);
        protocol.bindTo(registry, tags);
        bindLanes(registry);
        rejected.bindTo(registry, tags);
        topics.bindTo(registry);
        roundTrips.add(Timer.builder("grapevine.probe.rtt")
                .tags(tags)
                .description("Round-trip time of answered direct probes")
                .register(registry));
    }

    private void bindLanes(MeterRegistry registry) {
        dropped.forEach((lane, counters) -> counters.bindTo(registry, tags.and("lane", TagValues.of(lane))));
        outboxes.forEach((lane, bytes) -> Gauge.builder("grapevine.outbox", bytes, AtomicLong::get)
                .tags(tags.and("lane", TagValues.of(lane)))
                .baseUnit("bytes")
                .description("Bytes that wait for peers, all links together")
                .register(registry));
    }

    private void bindHealth(MeterRegistry registry) {
        Gauge.builder("grapevine.health.score", this, observer -> observer.health.score())
                .tags(tags)
                .description("Local health score: 0 when this member is answered in time, up to 8")
                .register(registry);
        Gauge.builder("grapevine.isolated", this, observer -> observer.health.isolated() ? 1 : 0)
                .tags(tags)
                .description("1 while this member sees nobody although it expects somebody")
                .register(registry);
        Gauge.builder("grapevine.flapping", this, observer -> observer.health
                        .flapping()
                        .size())
                .tags(tags)
                .description("Members that come and go")
                .register(registry);
        Gauge.builder("grapevine.links.flapping", this, observer -> observer.health.linksFlapping() ? 1 : 0)
                .tags(tags)
                .description("1 while links to at least half of the others are lost over and over")
                .register(registry);
    }

    @Override
    public void memberChanged(Member member, MemberStatus status) {
        members.changed(member.origin(), status);
        departures.add(status, 1);
    }

    @Override
    public void joinChanged(JoinState state) {
        joinState = state;
    }

    @Override
    public void healthChanged(NodeHealth health) {
        this.health = health;
    }

    @Override
    public void linksChanged(int links) {
        this.links = links;
    }

    @Override
    public void protocol(ProtocolEvent event, long count) {
        probes.add(event, count);
        protocol.add(event, count);
    }

    @Override
    public void roundTrip(long nanos) {
        for (Timer timer : roundTrips) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void tuned(Tuning tuning) {
        gossip.tuned(tuning);
    }

    @Override
    public void published(String topic, int count) {
        topics.of(topic).published.add(count);
    }

    @Override
    public void delivered(String topic, int count) {
        topics.of(topic).delivered.add(count);
    }

    @Override
    public void lost(String topic, long count) {
        topics.of(topic).lost.add(count);
    }

    @Override
    public void subscriberMissed(String topic, long count) {
        topics.of(topic).missed.add(count);
    }

    @Override
    public void framesDropped(DropReason reason, Lane lane, long count) {
        Objects.requireNonNull(dropped.get(lane)).add(reason, count);
    }

    @Override
    public void outboxChanged(Lane lane, long bytes) {
        Objects.requireNonNull(outboxes.get(lane)).set(bytes);
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        rejected.add(reason, 1);
    }
}
