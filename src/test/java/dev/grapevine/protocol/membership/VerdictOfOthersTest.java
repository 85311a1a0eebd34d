package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimCoreTest.frames;
import static dev.grapevine.protocol.membership.SwimScript.changed;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.suspect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a member makes of a death that others declare, of somebody who is linked to it. */
class VerdictOfOthersTest {

    private final Member[] peers =
            IntStream.rangeClosed(2, 12).mapToObj(SwimScript::member).toArray(Member[]::new);

    @Test
    void everybodyWhoIsDeclaredDeadAtTheSameTimeIsPutToTheTest() {
        for (int first = 0; first < 9; first++) {
            SwimScript script = linkedTo(peers);
            List<Member> condemned = new ArrayList<>(List.of(peers).subList(1, 10));
            Collections.rotate(condemned, first);
            Rumor[] claims =
                    condemned.stream().map(member -> dead(member, 0, peers[0])).toArray(Rumor[]::new);
            script.gossip(peers[0], claims);

            List<Effect> effects = script.run(250, peers);

            assertThat(condemned).as("told in order from %s", first).allSatisfy(member -> assertThat(
                            frames(effects, member, MembershipFrame.Ping.class))
                    .isNotEmpty());
        }
    }

    /** Two accuse member 3, and one of them declares it dead; whoever is asked answers but member 3. */
    private List<Effect> declareDead(SwimScript script) {
        Member three = peers[1];
        return script.gossip(
                peers[0],
                suspect(three, 0, peers[0], Evidence.SILENCE),
                suspect(three, 0, peers[2], Evidence.SILENCE),
                dead(three, 0, peers[0]));
    }

    private Member[] allButThree() {
        return Stream.of(peers).filter(peer -> peer != peers[1]).toArray(Member[]::new);
    }

    @Test
    void whatOthersAgreedOnIsBelievedAfterOneProbeTimeOutOfSilenceWithoutRelays() {
        SwimScript script = linkedTo(peers);
        declareDead(script);

        script.run(400, allButThree());
        assertThat(script.core.present()).containsKey(peers[1].origin());
        List<Effect> late = script.run(300, allButThree());

        assertThat(late).contains(changed(peers[1], MemberStatus.DEAD)).contains(new Effect.Close(peers[1].origin()));
        for (Member peer : allButThree()) {
            assertThat(frames(late, peer, MembershipFrame.PingRequest.class)).isEmpty();
        }
        assertThat(script.core.healthScore()).isZero();
    }

    @Test
    void theVerdictTravelsOnWhileItIsPutToTheTest() {
        SwimScript script = linkedTo(peers);
        declareDead(script);

        List<Effect> effects = script.run(400, allButThree());

        assertThat(Stream.of(allButThree())
                        .flatMap(peer -> frames(effects, peer, MembershipFrame.Gossip.class).stream())
                        .flatMap(gossip -> gossip.rumors().stream()))
                .contains(dead(peers[1], 0, peers[0]));
        assertThat(script.core.present()).containsKey(peers[1].origin());
    }

    @Test
    void whoeverAnswersIsKeptHoweverManyDeclareItDead() {
        SwimScript script = linkedTo(peers);
        declareDead(script);

        script.run(10_000, peers);

        assertThat(script.core.present()).containsKey(peers[1].origin());
    }

    @Test
    void theWordOfOneIsNeitherPassedOnNorBelievedWithoutTheRelaysOfAFullProbe() {
        SwimScript script = linkedTo(peers);
        script.gossip(peers[0], dead(peers[1], 0, peers[0]));

        List<Effect> effects = script.run(900, allButThree());

        assertThat(script.core.present()).containsKey(peers[1].origin());
        assertThat(Stream.of(allButThree())
                        .flatMap(peer -> frames(effects, peer, MembershipFrame.PingRequest.class).stream()))
                .isNotEmpty();
        assertThat(Stream.of(allButThree())
                        .flatMap(peer -> frames(effects, peer, MembershipFrame.Gossip.class).stream())
                        .flatMap(gossip -> gossip.rumors().stream()))
                .doesNotContain(dead(peers[1], 0, peers[0]));
    }
}
