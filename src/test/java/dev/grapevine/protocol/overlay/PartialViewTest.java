package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.frame.OverlayFrame.Release;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A mesh of up to 16 others; beyond it two neighbours of one's own choice, and at most four links that stay. */
class PartialViewTest {

    private static final OverlaySettings SMALL =
            OverlaySettings.DEFAULT.withMaxPeers(16).withNeighbours(2).withMaxNeighbours(4);

    private final List<Effect> effects = new ArrayList<>();
    private final OverlayCore core = new OverlayCore(member(100), SMALL, new SplittableRandom(5));
    private long millis;

    private static Member member(int number) {
        return new Member(
                new Origin(new MemberId(0, number), 1), "m" + number, new Address("host", number), "", Map.of());
    }

    private static Effect dial(Member member) {
        return new Effect.Dial(member.address());
    }

    private static Effect neighbour(Member peer, boolean chosen) {
        return new Effect.Send(peer.origin(), Lane.CONTROL, new Neighbour(chosen));
    }

    private static Effect release(Member peer) {
        return new Effect.Send(peer.origin(), Lane.CONTROL, new Release());
    }

    private Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    private List<Effect> taken() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    private List<Effect> changed(Member member, MemberStatus status) {
        core.memberChanged(member, status, now());
        core.settle(now(), effects::add);
        return taken();
    }

    private List<Effect> linkUp(Member peer, boolean dialled) {
        core.linkUp(peer, dialled ? peer.address() : null, now(), effects::add);
        return taken();
    }

    private List<Effect> linkDown(Member peer, LinkLoss cause) {
        core.linkDown(peer.origin(), cause, now(), effects::add);
        return taken();
    }

    private List<Effect> hears(Member from, boolean chosen) {
        core.receive(from.origin(), new Neighbour(chosen), now(), effects::add);
        return taken();
    }

    private List<Effect> released(Member by) {
        core.receive(by.origin(), new Release(), now(), effects::add);
        return taken();
    }

    private List<Effect> run(long forMillis) {
        for (long until = millis + forMillis; millis < until; ) {
            millis += 50;
            core.tick(now(), effects::add);
        }
        return taken();
    }

    private List<Effect> mesh(int others) {
        core.join(List.of(), false, now(), effects::add);
        for (int i = 1; i <= others; i++) {
            core.memberChanged(member(i), MemberStatus.ALIVE, now());
            core.settle(now(), effects::add);
            core.linkUp(member(i), null, now(), effects::add);
        }
        return taken();
    }

    private static List<Member> chosenIn(List<Effect> effects) {
        List<Member> chosen = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send && send.frame().equals(new Neighbour(true))) {
                chosen.add(member((int) send.to().id().low()));
            }
        }
        return chosen;
    }

    /** A partial view of 20 others, 16 of them linked, among these both choices. */
    private List<Member> chosenOf20() {
        mesh(16);
        core.memberChanged(member(17), MemberStatus.ALIVE, now());
        core.settle(now(), effects::add);
        core.tick(now(), effects::add);
        List<Member> chosen = chosenIn(taken());
        for (int i = 18; i <= 20; i++) {
            assertThat(changed(member(i), MemberStatus.ALIVE)).isEmpty();
        }
        assertThat(chosen).hasSize(2);
        return chosen;
    }

    /** What nobody chose was released, and its peers have closed it. */
    private void closeReleased() {
        run(10_200);
        for (int i = 1; i <= 20; i++) {
            if (core.isReleased(member(i).origin())) {
                linkDown(member(i), LinkLoss.LOST);
            }
        }
    }

    private Member someoneBut(List<Member> these) {
        return member(these.contains(member(1)) ? these.contains(member(2)) ? 3 : 2 : 1);
    }

    @Test
    void upToTheBoundEverybodyIsLinkedAndBeyondItTwoDrawnByChanceAreChosen() {
        assertThat(chosenIn(mesh(16))).isEmpty();
        assertThat(core.isPartial()).isFalse();
        changed(member(17), MemberStatus.ALIVE);
        assertThat(core.isPartial()).isTrue();
        assertThat(run(250))
                .as("of those who are linked")
                .hasSizeBetween(2, 3)
                .allMatch(effect -> effect instanceof Effect.Send || effect.equals(dial(member(17))));
    }

    @Test
    void linksThatNobodyChoseAreReleasedAfterAWhileAndClosedEvenIfThePeerDoesNot() {
        List<Member> chosen = chosenOf20();
        Member chooser = someoneBut(chosen);
        assertThat(hears(chooser, true)).isEmpty();
        assertThat(run(9_900)).isEmpty();
        List<Effect> released = run(300);
        assertThat(released).hasSize(13).doesNotContain(release(chooser)).allMatch(effect -> {
            return effect instanceof Effect.Send send && send.frame() instanceof Release;
        });
        assertThat(core.isReleased(chooser.origin())).isFalse();
        List<Effect> closed = run(1_200);
        assertThat(closed).hasSize(13).allMatch(effect -> effect instanceof Effect.Close);
    }

    @Test
    void aLinkThatThisSideReleasedIsNotDialledAgain() {
        List<Member> chosen = chosenOf20();
        run(10_200);
        Member other = someoneBut(chosen);
        assertThat(core.isReleased(other.origin())).isTrue();
        assertThat(linkDown(other, LinkLoss.LOST)).isEmpty();
        assertThat(core.isReleased(other.origin())).isFalse();
        assertThat(run(5_000)).doesNotContain(dial(other));
    }

    @Test
    void aChosenLinkThatThePeerReleasesIsClosedAndAnotherIsChosenAtOnce() {
        List<Member> chosen = chosenOf20();
        List<Effect> effects = released(chosen.get(0));
        assertThat(effects).contains(new Effect.Close(chosen.get(0).origin()));
        assertThat(chosenIn(effects)).hasSize(1).doesNotContain(chosen.get(0), chosen.get(1));
        assertThat(linkDown(chosen.get(0), LinkLoss.LOCAL)).isEmpty();
    }

    @Test
    void aLostNeighbourIsDialledAtOnceWhichShowsWhetherItIsThereAndReplacedIfItIsNot() {
        List<Member> chosen = chosenOf20();
        millis += 20_000;
        assertThat(linkDown(chosen.get(0), LinkLoss.LOST)).containsExactly(dial(chosen.get(0)));
        core.dialFailed(chosen.get(0).address(), DialFailure.CONNECTION_REFUSED, now(), effects::add);
        assertThat(chosenIn(taken())).hasSize(1).doesNotContain(chosen.get(0));
        assertThat(run(4_000)).doesNotContain(dial(chosen.get(0)));
    }

    @Test
    void aLostNeighbourThatAnswersStaysOne() {
        List<Member> chosen = chosenOf20();
        millis += 20_000;
        linkDown(chosen.get(0), LinkLoss.SILENT);
        assertThat(linkUp(chosen.get(0), true)).containsExactly(neighbour(chosen.get(0), true));
    }

    @Test
    void moreChoosersThanTheBoundAreTurnedAway() {
        List<Member> chosen = chosenOf20();
        List<Member> others = new ArrayList<>();
        for (int i = 1; others.size() < 3; i++) {
            if (!chosen.contains(member(i))) {
                others.add(member(i));
            }
        }
        assertThat(hears(others.get(0), true)).isEmpty();
        assertThat(hears(others.get(1), true)).isEmpty();
        assertThat(hears(others.get(2), true)).containsExactly(release(others.get(2)));
        assertThat(hears(others.get(2), true)).as("on its way already").isEmpty();
        assertThat(hears(chosen.get(0), true))
                .as("one that is a neighbour anyway")
                .isEmpty();
    }

    @Test
    void nowAndThenTheOldestChoiceGivesWayToANewOne() {
        List<Member> chosen = chosenOf20();
        hears(chosen.get(0), true);
        hears(chosen.get(1), true);
        closeReleased();
        List<Effect> drawn = run(60_000);
        assertThat(drawn).hasSize(1).first().isInstanceOf(Effect.Dial.class);
        Member fresh = member(((Effect.Dial) drawn.get(0)).address().port());
        assertThat(linkUp(fresh, true)).containsExactly(neighbour(fresh, true));
        assertThat(run(200)).containsAnyOf(neighbour(chosen.get(0), false), neighbour(chosen.get(1), false));
    }

    @Test
    void aMemberIsReachedOnDemandAndItsLinkReleasedWhenItWasIdle() {
        List<Member> chosen = chosenOf20();
        closeReleased();
        Member wanted = someoneBut(chosen);
        core.reach(wanted, now(), effects::add);
        assertThat(taken()).containsExactly(dial(wanted));
        core.reach(wanted, now(), effects::add);
        assertThat(taken()).isEmpty();
        assertThat(linkUp(wanted, true)).isEmpty();
        assertThat(run(9_900)).doesNotContain(release(wanted));
        core.reach(wanted, now(), effects::add);
        assertThat(run(9_900)).doesNotContain(release(wanted));
        assertThat(run(300)).contains(release(wanted));
    }

    @Test
    void nobodyIsReachedOnDemandInAMeshWhereEverybodyIsDialledAnyway() {
        mesh(3);
        core.memberChanged(member(200), MemberStatus.ALIVE, now());
        core.settle(now(), effects::add);
        taken();
        core.reach(member(200), now(), effects::add);
        assertThat(taken()).isEmpty();
    }

    @Test
    void whoIsNoMemberIsNotReachedOnDemand() {
        chosenOf20();
        core.reach(member(300), now(), effects::add);
        assertThat(taken()).isEmpty();
    }

    @Test
    void theMeshComesBackOnlyWhenThereAreAnEighthFewer() {
        chosenOf20();
        run(12_000);
        for (int i = 20; i > 15; i--) {
            changed(member(i), MemberStatus.LEFT);
        }
        assertThat(core.isPartial()).isTrue();
        changed(member(15), MemberStatus.LEFT);
        assertThat(core.isPartial()).isFalse();
    }

    @Test
    void whoIsReleasedWhileTheSizeWouldAllowBothGoesOverToAPartialViewToo() {
        mesh(15);
        assertThat(released(member(3))).contains(new Effect.Close(member(3).origin()));
        assertThat(core.isPartial()).isTrue();
    }

    @Test
    void whoIsReleasedInASmallMeshKeepsItAndDialsLater() {
        mesh(5);
        assertThat(released(member(3)))
                .containsExactly(new Effect.Close(member(3).origin()));
        assertThat(core.isPartial()).isFalse();
        assertThat(linkDown(member(3), LinkLoss.LOCAL)).isEmpty();
        assertThat(run(4_900)).isEmpty();
        assertThat(run(5_200)).containsExactly(dial(member(3)));
    }

    @Test
    void oneOfTheLostIsDialledNowAndThen() {
        mesh(20);
        taken();
        for (int i = 21; i <= 40; i++) {
            changed(member(i), MemberStatus.ALIVE);
            changed(member(i), MemberStatus.DEAD);
        }
        List<Effect> dials = run(100_000).stream()
                .filter(effect ->
                        effect instanceof Effect.Dial dial && dial.address().port() > 20)
                .toList();
        assertThat(dials).hasSizeBetween(8, 21);
    }

    @Test
    void aFrameAboutALinkThatIsNotThereChangesNothing() {
        chosenOf20();
        core.receive(member(77).origin(), new Neighbour(true), now(), effects::add);
        core.receive(member(77).origin(), new Release(), now(), effects::add);
        assertThat(taken()).isEmpty();
    }
}
