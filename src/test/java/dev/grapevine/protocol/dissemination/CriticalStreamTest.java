package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.payloads;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CriticalStreamTest {

    private static final String URGENT = StreamName.critical(NEWS);

    private final Fixture node = new Fixture();

    private static Effect critical(Origin to, DisseminationFrame frame) {
        return new Effect.Send(to, Lane.CRITICAL, frame);
    }

    @Test
    void criticalMessagesAreNumberedByThemselvesAndTakeTheirOwnLaneToEveryPeer() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        node.publish(1, 5);

        assertThat(node.publish(URGENT, payloads(1, 2)))
                .containsExactly(
                        critical(ANN, run(SELF, URGENT, 1, 2)),
                        critical(BEN, run(SELF, URGENT, 1, 2)),
                        new Effect.Deliver(URGENT, SELF, 1, payloads(1, 2)));
    }

    @Test
    void aHoleInTheNormalMessagesHoldsBackNoCriticalOne() {
        node.linkUp(ANN);
        node.receive(ANN, digest(ANN, NEWS, 1, 1, 0));
        node.receive(5, 6);

        assertThat(node.receive(ANN, run(ANN, URGENT, 1, 1)))
                .containsOnlyOnce(new Effect.Deliver(URGENT, ANN, 1, payloads(1, 1)));
    }

    @Test
    void digestsTravelBehindThePublicationsOfTheirStream() {
        node.linkUp(ANN);
        node.publish(1, 1);
        node.publish(URGENT, payloads(1, 3));

        List<Effect> told = node.after(Duration.ofMillis(600));

        assertThat(told)
                .containsExactly(
                        critical(ANN, digest(SELF, URGENT, 1, 1, 3)),
                        new Effect.Send(ANN, Lane.DATA, digest(SELF, NEWS, 1, 1, 1)));
    }

    @Test
    void whatIsMissingOfThemIsAskedForAndRepairedPastTheBulk() {
        node.linkUp(ANN);
        node.receive(ANN, run(ANN, URGENT, 1, 1));
        node.receive(ANN, run(ANN, URGENT, 4, 4));

        assertThat(node.after(Duration.ofMillis(50))).contains(control(ANN, new Pull(ANN, URGENT, 2, 3)));

        node.publish(URGENT, payloads(1, 3));
        assertThat(node.receive(BEN, new Pull(SELF, URGENT, 2, 3))).noneMatch(Effect.Send.class::isInstance);
        assertThat(node.receive(ANN, new Pull(SELF, URGENT, 2, 3))).contains(critical(ANN, run(SELF, URGENT, 2, 3)));
    }

    @Test
    void whatIsNoLongerRetainedOfThemBecomesAGapOfTheirOwn() {
        Fixture small = new Fixture(Fixture.bounds(100, 100, 1 << 20, 10));
        small.linkUp(ANN);
        small.publish(URGENT, payloads(1, 1));
        small.publish(1, 9);

        assertThat(small.receive(ANN, new Pull(SELF, URGENT, 1, 1)))
                .contains(critical(ANN, new Unavailable(SELF, URGENT, 1, 1)));

        node.linkUp(ANN);
        node.receive(ANN, run(ANN, URGENT, 1, 1));
        node.receive(ANN, run(ANN, URGENT, 3, 3));
        assertThat(node.receive(ANN, new Unavailable(ANN, URGENT, 2, 2)))
                .contains(new Effect.Gap(URGENT, ANN, 2, 2), new Effect.Deliver(URGENT, ANN, 3, payloads(3, 3)));
    }
}
