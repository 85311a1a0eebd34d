package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import reactor.test.StepVerifier;

class GrapevineHealthIndicatorTest {

    private final FakeGrapevine grapevine = new FakeGrapevine();
    private Health health = Health.unknown().build();

    @ParameterizedTest
    @EnumSource(
            value = NodeState.class,
            names = {"NEW", "BOUND", "LEFT"})
    void aNodeThatIsNotAMemberIsOutOfService(NodeState state) {
        grapevine.in(state);

        assertThat(health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails()).containsEntry("state", state).containsEntry("cluster", "fake");
    }

    @Test
    void aNodeThatIsAloneIsUp() {
        grapevine.in(NodeState.JOINED).in(JoinState.ALONE);

        assertThat(health().getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("members", 1)
                .containsEntry("joinState", JoinState.ALONE)
                .containsEntry("score", 0)
                .containsEntry("isolated", false)
                .doesNotContainKeys("seeds", "flapping", "linksFlapping");
        assertThat(health.getDetails().get("self")).asString().startsWith("self(");
    }

    @ParameterizedTest
    @EnumSource(
            value = JoinState.class,
            names = {"SEEKING", "ISOLATED"})
    void aNodeThatReachesNobodyIsUpAndSaysSo(JoinState state) {
        grapevine.in(NodeState.JOINED).in(state);

        assertThat(health().getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("seeds", "unreachable").containsEntry("joinState", state);
    }

    @Test
    void whoIsIsolatedAndWhoFlapsIsTold() {
        grapevine.in(NodeState.JOINED).in(JoinState.ISOLATED);
        grapevine.health = new NodeHealth(8, true, List.of(FakeGrapevine.member(2, "other")), true);

        assertThat(health().getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("score", 8)
                .containsEntry("isolated", true)
                .containsEntry("flapping", List.of("other"))
                .containsEntry("linksFlapping", true);
    }

    @Test
    void aNodeThatFoundOthersCountsThem() {
        grapevine.in(NodeState.JOINED).in(JoinState.JOINED);
        grapevine.members.add(FakeGrapevine.member(2, "other"));

        assertThat(health().getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("members", 2).doesNotContainKey("seeds");
    }

    @Test
    void aNodeWhosePlaceIsTakenIsDownUntilItFindsOthersAgain() {
        grapevine.in(NodeState.JOINED).in(JoinState.SUPERSEDED);

        assertThat(health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("joinState", JoinState.SUPERSEDED)
                .containsEntry("members", 1)
                .doesNotContainKey("seeds");

        grapevine.in(JoinState.JOINED);

        assertThat(health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void aNodeThatStoppedUnderARunningApplicationIsDown() {
        grapevine.in(NodeState.STOPPED);

        assertThat(health().getStatus()).isEqualTo(Status.DOWN);
    }

    private Health health() {
        StepVerifier.create(new GrapevineHealthIndicator(grapevine).health())
                .assertNext(seen -> health = seen)
                .verifyComplete();
        return health;
    }
}
