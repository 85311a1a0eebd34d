package dev.grapevine.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver.DropReason;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.TopicPace;
import dev.grapevine.protocol.step.Tuning;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MicrometerObserverTest {

    private final MicrometerObserver observer = new MicrometerObserver();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void everyTagValueIsThereAtZeroBeforeAnythingHappens() {
        observer.bindTo(registry);

        assertThat(tagValues("grapevine.members", "state")).containsExactlyInAnyOrder("alive", "suspect");
        assertThat(tagValues("grapevine.departures", "state")).containsExactlyInAnyOrder("left", "dead");
        assertThat(tagValues("grapevine.probes", "outcome"))
                .containsExactlyInAnyOrder("acked", "acked_indirectly", "failed");
        assertThat(tagValues("grapevine.protocol", "event"))
                .hasSize(ProtocolEvent.values().length - 3)
                .contains("death_declared", "repair_requested")
                .noneMatch(event -> event.startsWith("probe"));
        assertThat(tagValues("grapevine.rejected", "reason")).hasSize(RejectReason.values().length);
        assertThat(tagValues("grapevine.dropped", "reason"))
                .containsExactlyInAnyOrder("outbox_full", "lagging", "no_link");
        assertThat(tagValues("grapevine.join.state", "state")).hasSize(JoinState.values().length);
        assertThat(tagValues("grapevine.messages", "topic")).containsExactly("other");
        assertThat(registry.find("grapevine.health.score").gauge()).isNotNull();
        assertThat(registry.find("grapevine.isolated").gauge()).isNotNull();
        assertThat(registry.find("grapevine.flapping").gauge()).isNotNull();
        assertThat(registry.find("grapevine.links.flapping").gauge()).isNotNull();
        assertThat(registry.getMeters()).allSatisfy(meter -> assertThat(meter.measure())
                .allSatisfy(measurement -> assertThat(measurement.getValue()).isZero()));
    }

    @Test
    void membersAreCountedByHowTheyStand() {
        observer.bindTo(registry);
        observer.memberChanged(member(1, 1), MemberStatus.ALIVE);
        observer.memberChanged(member(2, 1), MemberStatus.ALIVE);
        observer.memberChanged(member(3, 1), MemberStatus.ALIVE);
        observer.memberChanged(member(2, 1), MemberStatus.SUSPECT);
        observer.memberChanged(member(3, 1), MemberStatus.LEFT);

        assertThat(gauge("grapevine.members", "state", "alive")).isEqualTo(1);
        assertThat(gauge("grapevine.members", "state", "suspect")).isEqualTo(1);
        assertThat(count("grapevine.departures", "state", "left")).isEqualTo(1);
        assertThat(count("grapevine.departures", "state", "dead")).isZero();
    }

    @Test
    void healthIsShownWithoutAnyTagForAMember() {
        observer.bindTo(registry);
        observer.healthChanged(new NodeHealth(5, true, List.of(member(1, 1), member(2, 1)), true));

        assertThat(registry.get("grapevine.health.score").gauge().value()).isEqualTo(5);
        assertThat(registry.get("grapevine.isolated").gauge().value()).isEqualTo(1);
        assertThat(registry.get("grapevine.flapping").gauge().value()).isEqualTo(2);
        assertThat(registry.get("grapevine.links.flapping").gauge().value()).isEqualTo(1);
        assertThat(registry.find("grapevine.flapping").meters()).hasSize(1);
    }

    @Test
    void thePaceOfGossipIsShownWithItsReasons() {
        observer.bindTo(registry);
        assertThat(gauge("grapevine.gossip.fanout", "gossip", "membership")).isZero();
        Pace membership = new Pace(5, Duration.ofMillis(300), 1400, 0, Set.of(Pace.Reason.LOSS));
        Pace writes = Pace.of(1, Duration.ofMillis(100), 4096);
        TopicPace topics = new TopicPace(
                Duration.ofMillis(250),
                Duration.ofMillis(300),
                8_192,
                57_344,
                65_536,
                Set.of(Pace.Reason.LOSS, Pace.Reason.BUDGET));
        observer.tuned(new Tuning(8, 0.4, Duration.ofMillis(2), 0, membership, writes, topics));

        assertThat(gauge("grapevine.gossip.fanout", "gossip", "membership")).isEqualTo(5);
        assertThat(gauge("grapevine.gossip.interval", "gossip", "membership")).isEqualTo(0.3);
        assertThat(gauge("grapevine.gossip.batch", "gossip", "writes")).isEqualTo(4096);
        assertThat(gauge("grapevine.gossip.interval", "gossip", "topics")).isEqualTo(0.25);
        assertThat(gauge("grapevine.gossip.retry", "gossip", "topics")).isEqualTo(0.3);
        assertThat(gauge("grapevine.gossip.repair", "gossip", "topics")).isEqualTo(57_344);
        assertThat(registry.get("grapevine.gossip.reason")
                        .tags("gossip", "topics", "reason", "budget")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("grapevine.gossip.loss").gauge().value()).isEqualTo(0.4);
        assertThat(registry.get("grapevine.gossip.decisions").functionCounter().count())
                .isEqualTo(1);
        assertThat(registry.get("grapevine.gossip.reason")
                        .tags("gossip", "membership", "reason", "loss")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("grapevine.gossip.reason")
                        .tags("gossip", "writes", "reason", "loss")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void aNewLifeReplacesTheOldOneAndLateNewsOfTheOldOneChangeNothing() {
        observer.bindTo(registry);
        observer.memberChanged(member(1, 1), MemberStatus.SUSPECT);
        observer.memberChanged(member(1, 2), MemberStatus.ALIVE);
        observer.memberChanged(member(1, 1), MemberStatus.DEAD);

        assertThat(gauge("grapevine.members", "state", "alive")).isEqualTo(1);
        assertThat(gauge("grapevine.members", "state", "suspect")).isZero();
    }

    @Test
    void probesHaveAMeterOfTheirOwnAndAllElseIsAProtocolEvent() {
        observer.bindTo(registry);
        observer.protocol(ProtocolEvent.PROBE_ACKED_INDIRECTLY, 2);
        observer.protocol(ProtocolEvent.REFUTED, 3);
        observer.roundTrip(TimeUnit.MILLISECONDS.toNanos(4));

        assertThat(count("grapevine.probes", "outcome", "acked_indirectly")).isEqualTo(2);
        assertThat(count("grapevine.probes", "outcome", "acked")).isZero();
        assertThat(count("grapevine.protocol", "event", "refuted")).isEqualTo(3);
        assertThat(registry.get("grapevine.probe.rtt").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(4);
    }

    @Test
    void messagesAreCountedByTopicDirectionAndOutcome() {
        observer.bindTo(registry);
        observer.published("prices", 5);
        observer.delivered("prices", 7);
        observer.lost("prices", 2);
        observer.subscriberMissed("prices", 1);

        assertThat(messages("prices", "out", "published")).isEqualTo(5);
        assertThat(messages("prices", "in", "delivered")).isEqualTo(7);
        assertThat(messages("prices", "in", "lost")).isEqualTo(2);
        assertThat(messages("prices", "in", "missed")).isEqualTo(1);
    }

    @Test
    void topicsBeyondTheLimitAreCountedTogether() {
        MicrometerObserver two = new MicrometerObserver(Tags.empty(), 2);
        two.bindTo(registry);
        two.published("a", 1);
        two.published("b", 1);
        two.published("c", 10);
        two.published("d", 100);
        two.published("b", 1);

        assertThat(tagValues("grapevine.messages", "topic")).containsExactlyInAnyOrder("a", "b", "other");
        assertThat(messages("b", "out", "published")).isEqualTo(2);
        assertThat(messages("other", "out", "published")).isEqualTo(110);
    }

    @Test
    void aTopicThatIsNamedOtherJoinsTheRest() {
        observer.bindTo(registry);
        observer.published("other", 3);

        assertThat(messages("other", "out", "published")).isEqualTo(3);
    }

    @Test
    void withoutRoomForTopicsAllAreCountedTogether() {
        MicrometerObserver none = new MicrometerObserver(Tags.empty(), 0);
        none.bindTo(registry);
        none.delivered("a", 1);

        assertThat(messages("other", "in", "delivered")).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new MicrometerObserver(Tags.empty(), -1));
    }

    @Test
    void whatWasCountedBeforeARegistryCameIsShownByIt() {
        observer.published("prices", 5);
        observer.rejected(RejectReason.FOREIGN_CLUSTER, "orders");
        observer.framesDropped(DropReason.NO_LINK, Lane.DATA, 4);
        observer.outboxChanged(Lane.BULK, 77);
        observer.linksChanged(2);
        observer.joinChanged(JoinState.SEEKING);
        observer.joinChanged(JoinState.JOINED);
        observer.bindTo(registry);

        assertThat(messages("prices", "out", "published")).isEqualTo(5);
        assertThat(count("grapevine.rejected", "reason", "foreign_cluster")).isEqualTo(1);
        assertThat(registry.get("grapevine.dropped")
                        .tags("reason", "no_link", "lane", "data")
                        .functionCounter()
                        .count())
                .isEqualTo(4);
        assertThat(gauge("grapevine.outbox", "lane", "bulk")).isEqualTo(77);
        assertThat(registry.get("grapevine.links").gauge().value()).isEqualTo(2);
        assertThat(gauge("grapevine.join.state", "state", "joined")).isEqualTo(1);
        assertThat(gauge("grapevine.join.state", "state", "seeking")).isZero();
    }

    @Test
    void everyRegistryThatIsBoundShowsTheSame() {
        SimpleMeterRegistry second = new SimpleMeterRegistry();
        observer.bindTo(registry);
        observer.published("early", 1);
        observer.bindTo(second);
        observer.published("late", 1);
        observer.roundTrip(1_000);

        assertThat(second.getMeters().stream().map(Meter::getId))
                .containsExactlyInAnyOrderElementsOf(
                        registry.getMeters().stream().map(Meter::getId).toList());
        assertThat(second.get("grapevine.probe.rtt").timer().count()).isEqualTo(1);
    }

    @Test
    void theTagsThatAreGivenStandOnEveryMeter() {
        MicrometerObserver tagged = new MicrometerObserver(Tags.of("node", "left"), 4);
        tagged.bindTo(registry);
        tagged.published("prices", 1);

        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTag("node")).isEqualTo("left"));
    }

    @Test
    void noTagValueNamesAMember() {
        observer.bindTo(registry);
        Member member = member(0xABCDEF, 1);
        observer.memberChanged(member, MemberStatus.ALIVE);
        observer.rejected(RejectReason.INVALID_RUMOR, member.toString());

        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().toString().toLowerCase(Locale.ROOT))
                        .doesNotContain("abcdef", "orders-"));
    }

    private Set<String> tagValues(String name, String tag) {
        return registry.find(name).meters().stream()
                .map(meter -> meter.getId().getTag(tag))
                .collect(Collectors.toSet());
    }

    private double gauge(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).gauge().value();
    }

    private double count(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).functionCounter().count();
    }

    private double messages(String topic, String direction, String outcome) {
        return registry.get("grapevine.messages")
                .tags("topic", topic, "direction", direction, "outcome", outcome)
                .functionCounter()
                .count();
    }

    private static Member member(long id, long epoch) {
        return new Member(
                new Origin(new MemberId(0, id), epoch), "orders-" + id, new Address("localhost", 7946), "", Map.of());
    }
}
