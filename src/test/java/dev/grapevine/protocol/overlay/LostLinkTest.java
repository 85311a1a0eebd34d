package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.LinkLoss;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows when a link or a member is lost. */
class LostLinkTest extends OverlayScript {

    @Test
    void aPresentMemberWhoseLinkIsLostIsDialledAtOnce() {
        join();
        meet(smaller);
        millis += 20_000;
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()));
    }

    @Test
    void linksThatNeverLastAreOpenedWithGrowingWaits() {
        join();
        meet(smaller);
        millis += 100;
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()));
        linkUp(smaller);
        millis += 100;
        assertThat(linkDown(smaller, LinkLoss.LOST)).isEmpty();
        assertThat(run(450)).containsExactly(dial(smaller.address()));
    }

    @Test
    void aLinkThatThisSideClosedIsNotOpenedAgainAtOnce() {
        join();
        meet(smaller);
        millis += 20_000;
        assertThat(linkDown(smaller, LinkLoss.LOCAL)).isEmpty();
        assertThat(run(250)).containsExactly(dial(smaller.address()));
    }

    @Test
    void aDuplicateMeansToWaitForTheLinkOfTheOtherSide() {
        join();
        changed(larger, MemberStatus.ALIVE);
        assertThat(failed(larger.address(), DialFailure.DUPLICATE)).isEmpty();
        assertThat(linkUp(larger)).isEmpty();
        assertThat(run(60_000)).isEmpty();
    }

    @Test
    void theDeadAreTriedSlowlyForAWhileAndThoseWhoLeftNever() {
        join();
        meet(larger);
        meet(smaller);
        linkDown(smaller, LinkLoss.LOST);
        failed(smaller.address(), DialFailure.CONNECTION_REFUSED);
        changed(smaller, MemberStatus.DEAD);
        List<Long> dials = dialsWhileFailing(smaller.address(), DialFailure.CONNECTION_REFUSED, 60_000);
        assertThat(dials.size()).isBetween(6, 12);
        dialsWhileFailing(
                smaller.address(), DialFailure.TIMEOUT, Duration.ofHours(24).toMillis());
        assertThat(run(60_000)).as("after the retention").isEmpty();

        changed(larger, MemberStatus.LEFT);
        linkDown(larger, LinkLoss.LOST);
        assertThat(run(60_000)).isEmpty();
    }

    @Test
    void whoLeftIsNotDialledWhetherItReleasedItsLinkOrNot() {
        for (boolean released : new boolean[] {false, true}) {
            join();
            meet(larger);
            changed(larger, MemberStatus.LEFT);
            if (released) {
                core.receive(larger.origin(), new OverlayFrame.Release(), now(), effects::add);
            }
            linkDown(larger, LinkLoss.LOST);
            assertThat(dialsWhileFailing(larger.address(), DialFailure.TIMEOUT, 600_000))
                    .as("released: %s", released)
                    .isEmpty();
        }
    }

    @Test
    void theLostAreBounded() {
        join();
        for (int i = 100; i < 100 + OverlayCore.MAX_LOST + 1; i++) {
            changed(member(i), MemberStatus.DEAD);
        }
        assertThat(dialsWhileFailing(member(100).address(), DialFailure.TIMEOUT, 60_000))
                .as("the longest lost is forgotten")
                .isEmpty();
    }
}
