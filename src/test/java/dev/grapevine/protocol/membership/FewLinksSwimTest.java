package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimCoreTest.frames;
import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.changed;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.MembershipFrame.Ack;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Nack;
import dev.grapevine.protocol.frame.MembershipFrame.Ping;
import dev.grapevine.protocol.frame.MembershipFrame.PingRequest;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Membership where most members have no link to each other. */
class FewLinksSwimTest {

    private final Member two = member(2);
    private final Member three = member(3);
    private final Member four = member(4);
    private final Member five = member(5);

    /** Whoever has no link is not probed in turn. */
    private static SwimScript watching(Member... linked) {
        SwimScript script = linkedTo(linked);
        script.core.watchNeighbours(true);
        return script;
    }

    @Test
    void aRelayWithoutALinkToTheTargetWantsOneAndPingsWhenItIsUp() {
        SwimScript script = watching(two);
        script.gossip(two, alive(three, 0));
        script.quiet();
        assertThat(script.receive(two, new PingRequest(500, three.origin(), List.of())))
                .containsExactly(new Effect.LinkWanted(three));
        List<Ping> pings = frames(script.linkUp(three), three, Ping.class);
        assertThat(pings).hasSize(1);
        List<Effect> passedOn = script.receive(three, new Ack(pings.get(0).sequence(), List.of()));
        assertThat(frames(passedOn, two, Ack.class)).hasSize(1).first().satisfies(ack -> assertThat(ack.sequence())
                .isEqualTo(500));
    }

    @Test
    void aRelayThatGetsNoLinkInTimeNacks() {
        SwimScript script = watching(two);
        script.gossip(two, alive(three, 0));
        script.quiet();
        script.receive(two, new PingRequest(500, three.origin(), List.of()));
        assertThat(frames(script.run(300, two), two, Nack.class)).isEmpty();
        assertThat(frames(script.run(50, two), two, Nack.class)).hasSize(1);
        script.run(1_000, two);
        assertThat(frames(script.linkUp(three), three, Ping.class))
                .as("too late")
                .isEmpty();
    }

    @Test
    void whoWatchesItsNeighboursProbesNobodyElseInTurn() {
        SwimScript script = watching(two, three);
        script.gossip(two, alive(four, 0));
        script.quiet();
        List<Effect> effects = script.run(20_000, two, three);
        assertThat(frames(effects, two, Ping.class)).hasSizeBetween(9, 11);
        assertThat(frames(effects, three, Ping.class)).hasSizeBetween(9, 11);
        assertThat(frames(effects, two, PingRequest.class)).isEmpty();
        script.core.watchNeighbours(false);
        assertThat(frames(script.run(4_000, two, three), two, PingRequest.class))
                .isNotEmpty();
    }

    @Test
    void aMemberWhoseAddressDoesNotAnswerIsProbedIfOnlyNeighboursAreOtherwise() {
        SwimScript script = watching(two, three);
        script.gossip(two, alive(four, 0));
        script.quiet();
        script.core.dialFailed(four.address(), DialFailure.TIMEOUT, script.now(), effect -> {});
        assertThat(frames(script.run(250, two, three), two, PingRequest.class))
                .extracting(PingRequest::target)
                .containsExactly(four.origin());
    }

    @Test
    void theWordOfSomebodyDeadHereAboutAMemberWithoutALinkIsPassedOnAndTakesForceOnlyIfItIsNotRefuted() {
        SwimScript script = watching(two, three);
        script.gossip(two, alive(four, 0), alive(five, 0));
        script.gossip(two, dead(four, 0, three));
        script.quiet();
        assertThat(script.gossip(two, dead(five, 0, four))).contains(changed(five, MemberStatus.SUSPECT));
        List<Effect> effects = script.run(3_900, two, three);
        assertThat(frames(effects, three, Gossip.class))
                .anyMatch(gossip -> gossip.rumors().contains(dead(five, 0, four)));
        assertThat(script.gossip(two, dead(five, 0, four))).doesNotContain(changed(five, MemberStatus.DEAD));
        assertThat(script.run(200, two, three)).contains(changed(five, MemberStatus.DEAD));
    }

    @Test
    void whoRefutesTheWordFromAcrossASplitWasNeverOutOfTheView() {
        SwimScript script = watching(two, three);
        script.gossip(two, alive(four, 0), alive(five, 0));
        script.gossip(two, dead(four, 0, three));
        script.gossip(two, alive(four, 1));
        script.quiet();
        assertThat(script.gossip(two, dead(five, 0, four)))
                .as("the accuser is back since a moment")
                .contains(changed(five, MemberStatus.SUSPECT));
        assertThat(script.gossip(two, alive(five, 1))).contains(changed(five, MemberStatus.ALIVE));
        assertThat(script.run(10_000, two, three))
                .noneMatch(effect -> effect instanceof Effect.MemberChanged change
                        && change.member().equals(five));
    }
}
