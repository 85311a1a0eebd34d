package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** An address that a member had is given to a member of another cluster, as a container platform does it. */
class ReusedAddressTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Grapevine> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        Flux.fromIterable(nodes).flatMap(Grapevine::stop).blockLast(PATIENCE);
    }

    private Grapevine start(String cluster, String bind, List<RejectReason> counted, String... seeds) {
        Grapevine node = Grapevine.builder(cluster)
                .bind(bind)
                .seeds(seeds)
                .settings(ReusedAddressTest::retryingEveryFewMilliseconds)
                .observer(new GrapevineObserver() {
                    @Override
                    public void rejected(RejectReason reason, String detail) {
                        counted.add(reason);
                    }
                })
                .build();
        nodes.add(node);
        node.start().block(PATIENCE);
        return node;
    }

    private static NodeSettings retryingEveryFewMilliseconds(NodeSettings settings) {
        return settings.withOverlay(
                overlay -> overlay.withRetryMin(Duration.ofMillis(5)).withRetryMax(Duration.ofMillis(20)));
    }

    private static List<RejectReason> counters() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    @Test
    void twoClustersThatMeetAtItRefuseEachOtherCountItOnBothSidesAndNeverMix() {
        List<RejectReason> counted = counters();
        List<RejectReason> countedElsewhere = counters();
        Grapevine former = start("here", "127.0.0.1:0", counters());
        String reused = former.self().address().toString();
        Grapevine here = start("here", "127.0.0.1:0", counted, reused);
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(tick -> here.members().size() == 2)
                .blockLast(PATIENCE);
        former.stop().block(PATIENCE);
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(tick -> here.members().size() == 1)
                .blockLast(PATIENCE);
        // It inherits the address and also finds the other cluster's members among its seeds.
        Grapevine elsewhere = start(
                "elsewhere", reused, countedElsewhere, here.self().address().toString());
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(tick -> counted.contains(RejectReason.FOREIGN_CLUSTER)
                        && countedElsewhere.contains(RejectReason.FOREIGN_CLUSTER))
                .blockLast(PATIENCE);
        assertThat(countedElsewhere).containsOnly(RejectReason.FOREIGN_CLUSTER);
        assertThat(counted).containsOnly(RejectReason.FOREIGN_CLUSTER);
        assertThat(here.members())
                .extracting(Member::origin)
                .containsExactly(here.self().origin());
        assertThat(elsewhere.members())
                .extracting(Member::origin)
                .containsExactly(elsewhere.self().origin());
        assertThat(here.currentJoinState()).contains(JoinState.ISOLATED);
        // What its dial came to may be known a moment later than what it was counted as.
        assertThat(elsewhere
                        .joinState()
                        .filter(state -> state != JoinState.JOINING)
                        .blockFirst(PATIENCE))
                .isEqualTo(JoinState.SEEKING);
    }
}
