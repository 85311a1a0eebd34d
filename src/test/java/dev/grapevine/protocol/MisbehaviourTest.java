package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** A peer that goes on breaking the rules loses its link, and is given none for a while; one that does not keeps it. */
class MisbehaviourTest {

    private static final String NEWS = "news";
    private static final Member EVE = member(2);
    private static final Member ANN = member(3);
    private static final long SECOND = 1_000_000_000L;

    private final NodeCore core =
            new NodeCore(member(1), NodeSettings.DEFAULT, new SplittableRandom(1), new Time(0, 0));
    private long now = 1;
    private String offence = "";

    MisbehaviourTest() {
        step(new Input.Join(List.of(), true));
        for (Member peer : List.of(EVE, ANN)) {
            step(new Input.LinkUp(peer, null));
            receive(peer, new MembershipFrame.Gossip(List.of(new Rumor.Alive(peer, 0))));
        }
    }

    private static Member member(int number) {
        Origin origin = new Origin(new MemberId(0, number), 1);
        return new Member(origin, "n" + number, new Address("host", number), "", Map.of());
    }

    private List<Effect> step(Input input) {
        return core.step(input, new Time(now, 1));
    }

    /** Whether the link was closed for it. */
    private boolean receive(Member from, Frame... frames) {
        List<Effect> effects = step(new Input.Received(from.origin(), List.of(frames)));
        effects.stream()
                .filter(effect ->
                        effect instanceof Effect.Rejected rejected && rejected.reason() == RejectReason.MISBEHAVED)
                .forEach(effect -> offence = ((Effect.Rejected) effect).detail());
        return effects.contains(new Effect.Close(from.origin()));
    }

    /** After how many frames, a millisecond apart, its link is closed; 0 if it never is. */
    private int framesUntilClosed(int most, IntFunction<Frame> frames) {
        return framesUntilClosed(most, SECOND / 1000, frames);
    }

    private int framesOfAFloodUntilClosed(IntFunction<Frame> frames) {
        return framesUntilClosed(100_000, SECOND / 100_000, frames);
    }

    private int framesUntilClosed(int most, long apart, IntFunction<Frame> frames) {
        for (int i = 1; i <= most; i++) {
            now += apart;
            if (receive(EVE, frames.apply(i))) {
                return i;
            }
        }
        return 0;
    }

    private static Publications run(Member publisher, long first, int count) {
        return new Publications(publisher.origin(), NEWS, first, Collections.nCopies(count, Bytes.utf8("m")));
    }

    @Test
    void whoAsksForWhatCannotBe() {
        assertThat(framesOfAFloodUntilClosed(i -> new Pull(member(1).origin(), NEWS, 5, 2)))
                .isBetween(65_536, 70_000);
    }

    @Test
    void whoSpeaksForOthers() {
        assertThat(framesOfAFloodUntilClosed(i -> run(ANN, i, 1))).isBetween(65_536, 70_000);
        assertThat(offence).contains("FORGED_ORIGIN");
    }

    @Test
    void whoInventsSequences() {
        assertThat(framesUntilClosed(5_000, i -> run(EVE, (1L << 61) + i, 1))).isBetween(1_024, 1_100);
        assertThat(offence).contains("INVALID_RANGE");
    }

    @Test
    void whoLiesAboutMembers() {
        Rumor absurd = new Rumor.Suspect(member(99).origin(), 0, EVE.origin(), Rumor.Evidence.SILENCE);
        assertThat(framesOfAFloodUntilClosed(i -> new MembershipFrame.Gossip(List.of(absurd))))
                .isBetween(65_536, 70_000);
    }

    @Test
    void whoRepeatsWhatIsThere() {
        receive(EVE, run(EVE, 1, 4_000));
        assertThat(framesUntilClosed(1_000, i -> run(EVE, 1, 4_000))).isEqualTo(66);
        assertThat(offence).contains("repeats");
    }

    @Test
    void whoSendsDigestsWithoutEnd() {
        StreamDigest digest =
                new StreamDigest(Collections.nCopies(1_024, new StreamState(EVE.origin(), NEWS, 1, 1, 0)));
        assertThat(framesUntilClosed(10_000, i -> digest)).isBetween(65_536 / 17, 65_536 / 12);
        assertThat(offence).contains("digests");
    }

    @Test
    void whoSendsPartsOfLargeMessagesThatNobodyAskedFor() {
        Bytes part = Bytes.wrap(new byte[100]);
        assertThat(framesUntilClosed(5_000, i -> new Chunk(EVE.origin(), NEWS, i, 0, part)))
                .isBetween(1_024, 1_100);
        assertThat(offence).contains("UNREQUESTED_CHUNK");
    }

    @Test
    void butNotWhoAnswersARequestWithTheAnnouncementOfALargeMessage() {
        receive(EVE, run(EVE, 1, 1));
        receive(EVE, run(EVE, 3, 1));
        for (int seconds = 1; seconds < 1_000; seconds++) {
            now += SECOND;
            step(new Input.Tick());
            assertThat(receive(
                            EVE, new Announcement(EVE.origin(), NEWS, 2, 100_000, Way.NONE), run(EVE, 3 + seconds, 1)))
                    .isFalse();
        }
    }

    @Test
    void whoGraftsAndPrunesWithoutEnd() {
        // Each is rejected here, in a full mesh; in any case they are too many.
        assertThat(framesOfAFloodUntilClosed(i -> new Graft(ANN.origin()))).isBetween(65_536, 70_000);
    }

    @Test
    void whoNeverAnswersARequestAlthoughItSpeaks() {
        receive(EVE, run(EVE, 1, 1));
        receive(EVE, run(EVE, 3, 1));
        int seconds = 0;
        boolean closed = false;
        while (!closed && seconds < 1_000) {
            now += SECOND;
            seconds++;
            step(new Input.Tick());
            closed = receive(EVE, run(EVE, 3 + seconds, 1));
        }
        assertThat(closed).isTrue();
        assertThat(seconds).isBetween(300, 600);
        assertThat(offence).contains("answers no request");
    }

    @Test
    void itIsGivenNoLinkForAMinuteThenForTwo() {
        framesUntilClosed(5_000, i -> run(EVE, (1L << 61) + i, 1));
        assertThat(receive(EVE, run(EVE, 1, 1))).isFalse();
        assertThat(core.judge(EVE)).isEqualTo(DialFailure.NOT_READY);
        assertThat(core.judge(ANN)).isNull();
        step(new Input.LinkDown(EVE.origin(), LinkLoss.LOCAL));
        assertThat(core.present()).as("it is a member as before").containsKey(EVE.origin());
        now += 60 * SECOND;
        step(new Input.Tick());
        assertThat(core.judge(EVE)).isNull();
        step(new Input.LinkUp(EVE, null));
        framesUntilClosed(5_000, i -> run(EVE, (1L << 61) + i, 1));
        now += 61 * SECOND;
        step(new Input.Tick());
        assertThat(core.judge(EVE)).isEqualTo(DialFailure.NOT_READY);
    }

    @Test
    void aLinkThatWasGrantedJustBeforeIsClosed() {
        framesUntilClosed(5_000, i -> run(EVE, (1L << 61) + i, 1));
        step(new Input.LinkDown(EVE.origin(), LinkLoss.LOCAL));

        assertThat(step(new Input.LinkUp(EVE, null))).contains(new Effect.Close(EVE.origin()));
        assertThat(step(new Input.LinkUp(ANN, null))).noneMatch(Effect.Close.class::isInstance);
    }

    @Test
    void whoBreaksARuleNowAndThenKeepsItsLink() {
        for (int i = 0; i < 20_000; i++) {
            now += SECOND / 20;
            assertThat(receive(EVE, run(ANN, i + 1, 1))).isFalse();
        }
    }

    @Test
    void whoForwardsAWhileSinceItFindsTheClusterTooLargeForAMeshKeepsItsLink() {
        assertThat(framesUntilClosed(20_000, i -> run(ANN, i, 1))).isZero();
    }

    @Test
    void whoAsksForMuchThatALiarToldItOfKeepsItsLink() {
        assertThat(framesUntilClosed(20_000, i -> new Pull(member(1).origin(), "invented" + i, 1, 5)))
                .isZero();
    }

    @Test
    void whoPassesOnAccusationsOfMembersThatAreNotKnownHereKeepsItsLink() {
        assertThat(framesUntilClosed(
                        20_000,
                        i -> new MembershipFrame.Gossip(List.of(
                                new Rumor.Suspect(member(99 + i).origin(), 0, EVE.origin(), Rumor.Evidence.SILENCE)))))
                .isZero();
    }

    @Test
    void whoFetchesLargeMessagesAsFastAsItIsServedKeepsItsLink() {
        step(new Input.Publish(NEWS, List.of(Bytes.wrap(new byte[100_000]))));
        int requests = 0;
        while (requests < 150_000) {
            step(new Input.Tick());
            for (int i = 0; i < 8; i++) {
                now += SECOND / 100_000;
                requests++;
                ChunkRequest request = new ChunkRequest(member(1).origin(), NEWS, 1, 0, 49_152);
                assertThat(receive(EVE, request)).isFalse();
            }
        }
    }

    @Test
    void whoPublishesMillionsAndRepeatsWhatItIsAskedForKeepsItsLink() {
        long next = 1;
        for (int i = 0; i < 500; i++) {
            assertThat(receive(EVE, run(EVE, next, 4_000))).isFalse();
            assertThat(receive(EVE, run(EVE, next, 4_000)))
                    .as("as often as something is delivered")
                    .isFalse();
            next += 4_000;
        }
    }
}
