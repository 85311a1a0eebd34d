package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static dev.grapevine.protocol.membership.SwimScript.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Metadata;
import dev.grapevine.protocol.frame.MembershipFrame.MetadataRequest;
import dev.grapevine.protocol.frame.MetadataDigest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Labels: told by version and hash, pulled as bodies, changed by their owner alone. */
class MetadataTest {

    private static final Map<String, String> BLUE = Map.of("colour", "blue", "load", "3");
    private static final Map<String, String> RED = Map.of("colour", "red");

    private final Member two = member(2);
    private final Member three = member(3);

    private static Effect changed(Member member) {
        return new Effect.MemberChanged(member, MemberStatus.ALIVE);
    }

    private static Rumor.Alive labelled(Member member, long incarnation, Map<String, String> metadata) {
        return new Rumor.Alive(member, incarnation, MetadataDigest.of(incarnation, metadata));
    }

    private static Metadata body(Rumor.Alive claim, Map<String, String> metadata) {
        return new Metadata(claim, metadata);
    }

    private static void assertRejected(List<Effect> effects, RejectReason reason) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isEqualTo(reason));
    }

    @Test
    void aMemberHeardOfThroughAnotherIsToldOfTogetherWithItsLabels() {
        SwimScript script = linkedTo(two);
        Rumor.Alive claim = labelled(three, 0, BLUE);
        assertThat(script.gossip(two, claim)).containsExactly(send(two, new MetadataRequest(three.origin(), 0)));
        assertThat(script.receive(two, body(claim, BLUE))).containsExactly(changed(three.withMetadata(BLUE)));
        assertThat(script.receive(two, body(claim, BLUE))).as("a second answer").isEmpty();
    }

    @Test
    void aMemberWhoseLabelsDoNotComeIsToldOfAfterTheProbeTimeoutAndUpdatedLater() {
        SwimScript script = linkedTo(two);
        Rumor.Alive claim = labelled(three, 0, BLUE);
        script.gossip(two, claim);
        assertThat(script.run(350, two)).doesNotContain(changed(three));
        assertThat(script.run(100, two)).contains(changed(three));
        assertThat(script.receive(two, body(claim, BLUE))).containsExactly(changed(three.withMetadata(BLUE)));
    }

    @Test
    void aLinkBringsTheLabelsOfItsPeer() {
        SwimScript script = linkedTo(two);
        assertThat(script.linkUp(three.withMetadata(BLUE))).contains(changed(three.withMetadata(BLUE)));
    }

    @Test
    void anUpdateIsPulledFromTheMemberItselfAndShownWhenItIsHere() {
        SwimScript script = linkedTo(two, three);
        Rumor.Alive update = labelled(three, 1, RED);
        assertThat(script.gossip(two, update)).containsExactly(send(three, new MetadataRequest(three.origin(), 1)));
        assertThat(script.core.present().get(three.origin()).metadata()).isEmpty();
        assertThat(script.receive(three, body(update, RED))).containsExactly(changed(three.withMetadata(RED)));
    }

    @Test
    void noLabelsNeedNotBePulled() {
        SwimScript script = linkedTo(two);
        script.linkUp(three.withMetadata(BLUE));
        assertThat(script.gossip(two, labelled(three, 1, Map.of()))).containsExactly(changed(three));
    }

    @Test
    void anOlderVersionNeverTakesThePlaceOfALaterOne() {
        SwimScript script = linkedTo(two, three);
        script.receive(three, body(labelled(three, 2, RED), RED));
        assertThat(script.receive(two, body(labelled(three, 1, BLUE), BLUE))).isEmpty();
        assertThat(script.core.present().get(three.origin()).metadata()).isEqualTo(RED);
    }

    @Test
    void labelsThatAreNotThoseOfTheirClaimAreRejected() {
        SwimScript script = linkedTo(two, three);
        Rumor.Alive update = labelled(three, 1, RED);
        script.gossip(two, update);
        assertRejected(script.receive(two, body(update, BLUE)), RejectReason.INVALID_METADATA);
        assertThat(script.core.present().get(three.origin()).metadata()).isEmpty();
    }

    @Test
    void labelsWithAnotherHashThanWasToldForTheirIncarnationChangeNothing() {
        SwimScript script = linkedTo(two, three);
        script.gossip(two, labelled(three, 1, RED));
        assertThat(script.receive(two, body(labelled(three, 1, BLUE), BLUE))).isEmpty();
        assertThat(script.core.present().get(three.origin()).metadata()).isEmpty();
        assertThat(script.receive(three, body(labelled(three, 1, RED), RED)))
                .containsExactly(changed(three.withMetadata(RED)));
    }

    @Test
    void aVersionAboveTheIncarnationIsAbsurd() {
        SwimScript script = linkedTo(two, three);
        assertRejected(
                script.gossip(two, new Rumor.Alive(three, 1, MetadataDigest.of(2, RED))), RejectReason.INVALID_RUMOR);
    }

    @Test
    void othersCannotChangeTheLabelsOfThisMember() {
        SwimScript script = linkedTo(two);
        Rumor.Alive forged = labelled(script.self, 5, RED);
        List<Effect> effects = script.receive(two, body(forged, RED));
        assertThat(effects)
                .filteredOn(Effect.Rejected.class::isInstance)
                .as("the claim is rejected and raised above")
                .hasSize(1);
        assertThat(effects).contains(send(two, new Gossip(List.of(alive(script.self, 6)))));
        assertThat(script.core.present().get(script.self.origin()).metadata()).isEmpty();
    }

    @Test
    void anUpdateRaisesTheIncarnationAndTravelsAsGossip() {
        SwimScript script = linkedTo(two);
        assertThat(script.relabel(RED)).containsExactly(changed(script.self.withMetadata(RED)));
        assertThat(script.relabel(RED)).as("no change").isEmpty();
        assertThat(script.run(250, two)).contains(send(two, new Gossip(List.of(labelled(script.self, 1, RED)))));
        assertThat(script.receive(two, new MetadataRequest(script.self.origin(), 1)))
                .containsExactly(new Effect.Send(two.origin(), Lane.BULK, body(labelled(script.self, 1, RED), RED)));
    }

    @Test
    void ofManyUpdatesBetweenTwoRoundsOfGossipOnlyTheLastTravels() {
        SwimScript script = linkedTo(two);
        for (int i = 1; i <= 100; i++) {
            script.relabel(Map.of("load", "" + i));
        }
        Gossip last = new Gossip(List.of(labelled(script.self, 100, Map.of("load", "100"))));
        assertThat(script.run(250, two))
                .filteredOn(effect -> effect instanceof Effect.Send send && send.frame() instanceof Gossip)
                .containsExactly(send(two, last));
    }

    @Test
    void labelsGivenBeforeJoiningAreTheFirstOnes() {
        SwimScript script = new SwimScript();
        assertThat(script.relabel(BLUE)).isEmpty();
        assertThat(script.join()).contains(changed(script.self.withMetadata(BLUE)));
        script.linkUp(two);
        assertThat(script.receive(two, new MetadataRequest(script.self.origin(), 0)))
                .contains(new Effect.Send(
                        two.origin(), Lane.BULK, body(new Rumor.Alive(script.self.withMetadata(BLUE), 0), BLUE)));
    }

    @Test
    void whoHasLeftChangesNothing() {
        SwimScript script = linkedTo(two);
        script.leave();
        assertThat(script.relabel(RED)).isEmpty();
    }

    @Test
    void aRequestForAStrangerIsCountedAndOneForLabelsNotHeldIsNotAnswered() {
        SwimScript script = linkedTo(two, three);
        assertRejected(script.receive(two, new MetadataRequest(member(9).origin(), 0)), RejectReason.INVALID_RUMOR);
        assertThat(script.receive(two, new MetadataRequest(three.origin(), 7))).isEmpty();
    }

    @Test
    void whoAsksForTooMuchIsCountedAndServedAgainInTheNextInterval() {
        SwimScript script = linkedTo(two);
        MetadataRequest request = new MetadataRequest(script.self.origin(), 0);
        for (int i = 0; i < MetadataSync.MAX_SERVED; i++) {
            assertThat(script.receive(two, request)).hasSize(1).allMatch(Effect.Send.class::isInstance);
        }
        assertRejected(script.receive(two, request), RejectReason.TOO_MANY_REQUESTS);
        script.run(250, two);
        assertThat(script.receive(two, request)).allMatch(Effect.Send.class::isInstance);
    }

    @Test
    void whoeverDoesNotAnswerIsAskedAgainWithGrowingWaitsAndSoAreOthers() {
        SwimScript script = linkedTo(two, three);
        script.gossip(two, labelled(three, 1, RED));
        List<Effect> requests = new ArrayList<>();
        script.run(120_000, two, three).stream()
                .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof MetadataRequest)
                .forEach(requests::add);
        MetadataRequest request = new MetadataRequest(three.origin(), 1);
        assertThat(requests).contains(send(two, request), send(three, request)).hasSizeBetween(15, 30);
    }

    @Test
    void requestsUnderWayAreBoundedAtEachPeerAndTheOthersFollowAsAnswersCome() {
        SwimScript script = linkedTo(two);
        List<Rumor> claims = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            claims.add(labelled(member(100 + i), 0, BLUE));
        }
        List<Effect> effects = script.gossip(two, claims.toArray(Rumor[]::new));
        assertThat(effects).hasSize(MetadataSync.MAX_AT_PEER).allMatch(Effect.Send.class::isInstance);
        for (Rumor claim : claims.subList(0, MetadataSync.MAX_AT_PEER)) {
            assertThat(script.receive(two, body((Rumor.Alive) claim, BLUE)))
                    .as("the labels, and the next request")
                    .hasSize(2);
        }
    }

    @Test
    void requestsThatNobodyAnswersDoNotKeepOthersWaiting() {
        Member[] peers =
                IntStream.rangeClosed(2, 21).mapToObj(SwimScript::member).toArray(Member[]::new);
        SwimScript script = linkedTo(peers);
        for (int i = 0; i < 2 * MetadataSync.MAX_UNDER_WAY; i++) {
            script.gossip(peers[i % 19], labelled(member(100 + i), 1, BLUE));
        }
        script.run(10_000, peers);
        Member last = peers[19];
        MetadataRequest request = new MetadataRequest(last.origin(), 1);
        List<Effect> effects = new ArrayList<>(script.gossip(last, labelled(last, 1, RED)));
        effects.addAll(script.run(1_000, peers));
        assertThat(effects).contains(send(last, request));
    }

    @Test
    void whoeverHasNoRoomForAnotherRequestGivesWayToTheNext() {
        SwimScript script = linkedTo(two, three);
        List<Rumor> claims = new ArrayList<>();
        for (int i = 0; i < 2 * MetadataSync.MAX_AT_PEER; i++) {
            claims.add(labelled(member(100 + i), 0, BLUE));
        }
        List<Effect> effects = new ArrayList<>(script.gossip(two, claims.toArray(Rumor[]::new)));
        effects.addAll(script.run(350, two, three));
        assertThat(requestsTo(two, effects)).isEqualTo(MetadataSync.MAX_AT_PEER);
        assertThat(requestsTo(three, effects)).isEqualTo(MetadataSync.MAX_AT_PEER);
    }

    private static long requestsTo(Member peer, List<Effect> effects) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Send send
                        && send.to().equals(peer.origin())
                        && send.frame() instanceof MetadataRequest)
                .count();
    }

    @Test
    void limitsHoldForLabelsAsTheyAreSet() {
        Map<String, String> tooLong = Map.of("k", "v".repeat(Member.MAX_METADATA_CHARS));
        assertThatThrownBy(() -> two.withMetadata(tooLong)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> two.withMetadata(Map.of("half", "\ud83d")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half");
    }

    @Test
    void allMembersShowTheSameLabelsInTheEndHoweverMuchIsLost() {
        for (long seed = 0; seed < 100; seed++) {
            ClusterHarness cluster = new ClusterHarness(seed);
            int n = 3 + (int) (seed % 6);
            cluster.startAll(n);
            cluster.loss = 0.3;
            for (int i = 0; i < 40; i++) {
                cluster.run(java.time.Duration.ofMillis(1 + cluster.random.nextInt(200)));
                cluster.nodes.get(cluster.random.nextInt(n)).relabel(Map.of("load", "" + i, "seed", "" + seed));
            }
            cluster.loss = 0.1;
            cluster.run(java.time.Duration.ofSeconds(130));
            for (ClusterHarness.Node observer : cluster.nodes) {
                for (ClusterHarness.Node owner : cluster.nodes) {
                    assertThat(observer.labels().get(owner.member.name()))
                            .as("seed %d: %s as %s shows it", seed, owner, observer)
                            .isEqualTo(owner.member.metadata());
                }
            }
        }
    }
}
