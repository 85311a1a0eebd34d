package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimCoreTest.frames;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
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
}
