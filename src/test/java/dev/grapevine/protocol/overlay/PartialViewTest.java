package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Disconnect;
import dev.grapevine.protocol.frame.OverlayFrame.ForwardJoin;
import dev.grapevine.protocol.frame.OverlayFrame.Join;
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
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A mesh of up to 16 others; beyond it two neighbours, and six others to replace them with. */
class PartialViewTest {

    private static final OverlaySettings SMALL =
            OverlaySettings.DEFAULT.withMaxPeers(16).withViews(views -> views.withViews(2, 6));

    private final List<Effect> effects = new ArrayList<>();
    private final OverlayCore core = new OverlayCore(member(100), SMALL, new SplittableRandom(5));

    /** Neighbours as they are told, which never come or go twice. */
    private final TreeSet<Integer> neighbours = new TreeSet<>();

    private long millis;

    private static Member member(int number) {
        return new Member(
                new Origin(new MemberId(0, number), 1), "m" + number, new Address("host", number), "", Map.of());
    }

    private static int number(Origin origin) {
        return (int) origin.id().low();
    }

    private static Effect dial(Member member) {
        return new Effect.Dial(member.address());
    }

    private static Effect says(Member peer, OverlayFrame frame) {
        return new Effect.Send(peer.origin(), Lane.CONTROL, frame);
    }

    private Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    /** What is done; neighbours are taken out of it and kept. */
    private List<Effect> taken() {
        List<Effect> taken = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.NeighbourUp up) {
                assertThat(neighbours.add(number(up.peer()))).isTrue();
            } else if (effect instanceof Effect.NeighbourDown down) {
                assertThat(neighbours.remove(number(down.peer()))).isTrue();
            } else {
                taken.add(effect);
            }
        }
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

    private List<Effect> failed(Member peer) {
        core.dialFailed(peer.address(), DialFailure.CONNECTION_REFUSED, now(), effects::add);
        return taken();
    }

    private List<Effect> hears(Member from, OverlayFrame frame) {
        core.receive(from.origin(), frame, now(), effects::add);
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

    private static List<Member> told(List<Effect> effects, Class<?> frame) {
        List<Member> told = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send && frame.isInstance(send.frame())) {
                told.add(member(number(send.to())));
            }
        }
        return told;
    }

    private static List<Member> dialled(List<Effect> effects) {
        List<Member> dialled = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Dial dial) {
                dialled.add(member(dial.address().port()));
            }
        }
        return dialled;
    }

    /** Whoever was dialled has a link now and accepts. */
    private Member accept(List<Effect> effects) {
        Member asked = told(effects, Join.class).stream()
                .findFirst()
                .orElseGet(() -> told(effects, Neighbour.class).stream()
                        .findFirst()
                        .orElseGet(() -> {
                            Member dialled = dialled(effects).get(0);
                            linkUp(dialled, true);
                            return dialled;
                        }));
        hears(asked, new Neighbour(false));
        return asked;
    }

    /** A partial view of 20 others, 16 of them linked; the two neighbours that it has taken. */
    private List<Member> viewOf20() {
        mesh(16);
        for (int i = 17; i <= 20; i++) {
            core.memberChanged(member(i), MemberStatus.ALIVE, now());
        }
        core.settle(now(), effects::add);
        Member contact = accept(taken());
        Member other = accept(run(1_200));
        return List.of(contact, other);
    }

    /** What serves nobody was released, and its peers have closed it. */
    private void closeReleased() {
        run(12_000);
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
    void upToTheBoundEverybodyIsLinkedAndBeyondItAContactIsJoinedAndTheOthersStayNeighboursForAWhile() {
        assertThat(told(mesh(16), Join.class)).isEmpty();
        assertThat(core.isPartial()).isFalse();
        List<Effect> effects = changed(member(17), MemberStatus.ALIVE);
        assertThat(core.isPartial()).isTrue();
        assertThat(effects).hasSize(1).allMatch(effect -> {
            return effect.equals(dial(member(17)))
                    || effect instanceof Effect.Send send && send.frame() instanceof Join;
        });
        assertThat(neighbours).hasSize(16);
    }

    @Test
    void linksThatServeNobodyAreReleasedAfterAWhileAndClosedEvenIfThePeerDoesNot() {
        List<Member> held = viewOf20();
        List<Effect> released = run(9_500);
        assertThat(told(released, Release.class)).hasSizeBetween(12, 14).doesNotContainAnyElementsOf(held);
        assertThat(neighbours)
                .containsExactlyInAnyOrder(
                        number(held.get(0).origin()), number(held.get(1).origin()));
        assertThat(core.isReleased(held.get(0).origin())).isFalse();
        assertThat(run(1_200))
                .filteredOn(effect -> effect instanceof Effect.Close)
                .hasSizeBetween(12, 14);
    }

    @Test
    void aLinkThatThisSideReleasedIsNotDialledAgainAtOnce() {
        List<Member> held = viewOf20();
        run(10_200);
        Member other = someoneBut(held);
        assertThat(core.isReleased(other.origin())).isTrue();
        assertThat(linkDown(other, LinkLoss.LOST)).isEmpty();
        assertThat(core.isReleased(other.origin())).isFalse();
        assertThat(run(4_000)).doesNotContain(dial(other));
    }

    @Test
    void aNeighbourThatReleasesItsLinkIsReplacedAtOnce() {
        List<Member> held = viewOf20();
        List<Effect> effects = hears(held.get(0), new Release());
        assertThat(effects).contains(new Effect.Close(held.get(0).origin()));
        assertThat(told(effects, Neighbour.class).size() + dialled(effects).size())
                .isEqualTo(1);
        assertThat(neighbours).doesNotContain(number(held.get(0).origin()));
        assertThat(linkDown(held.get(0), LinkLoss.LOCAL)).isEmpty();
    }

    @Test
    void aNeighbourWhoseLinkIsLostIsDialledAtOnceWhichShowsWhetherItIsThereAndReplacedAtOnceToo() {
        List<Member> held = viewOf20();
        closeReleased();
        millis += 20_000;
        taken();
        Member lost = held.get(0);
        List<Effect> effects = linkDown(lost, LinkLoss.LOST);
        assertThat(dialled(effects)).hasSize(2).contains(lost);
        assertThat(failed(lost)).isEmpty();
        Member other = dialled(effects).stream()
                .filter(each -> !each.equals(lost))
                .findFirst()
                .orElseThrow();
        assertThat(linkUp(other, true)).containsExactly(says(other, new Neighbour(false)));
        hears(other, new Neighbour(false));
        assertThat(neighbours).contains(number(other.origin())).hasSize(2);
        assertThat(run(4_000)).doesNotContain(dial(lost));
    }

    @Test
    void aMemberThatCannotBeReachedGivesWayToTheNext() {
        List<Member> held = viewOf20();
        closeReleased();
        millis += 20_000;
        taken();
        List<Effect> effects = hears(held.get(0), new Disconnect());
        Member first = dialled(effects).get(0);
        List<Member> next = dialled(failed(first));
        assertThat(next).hasSize(1).doesNotContain(first, held.get(0), held.get(1));
    }

    @Test
    void aMemberThatAnswersAtTheAddressOfAnotherIsNotTakenForIt() {
        List<Member> held = viewOf20();
        closeReleased();
        millis += 20_000;
        taken();
        Member unheardOf = member(77);
        List<Effect> effects = hears(held.get(0), new ForwardJoin(unheardOf.origin(), unheardOf.address(), 0));
        assertThat(dialled(effects)).containsExactly(unheardOf);
        Member liar = new Member(new Origin(new MemberId(0, 78), 1), "m78", unheardOf.address(), "", Map.of());
        core.linkUp(liar, unheardOf.address(), now(), this.effects::add);
        assertThat(taken()).isEmpty();
        assertThat(neighbours).hasSize(2);
    }

    @Test
    void aMemberIsReachedOnDemandIsNoNeighbourAndItsLinkReleasedWhenItWasIdle() {
        List<Member> held = viewOf20();
        closeReleased();
        Member wanted = someoneBut(held);
        core.reach(wanted, now(), effects::add);
        assertThat(taken()).containsExactly(dial(wanted));
        core.reach(wanted, now(), effects::add);
        assertThat(taken()).isEmpty();
        assertThat(linkUp(wanted, true)).isEmpty();
        assertThat(neighbours).hasSize(2);
        run(6_000);
        core.reach(wanted, now(), effects::add);
        assertThat(run(9_900)).doesNotContain(says(wanted, new Release()));
        assertThat(run(300)).contains(says(wanted, new Release()));
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
        viewOf20();
        core.reach(member(300), now(), effects::add);
        assertThat(taken()).isEmpty();
    }

    @Test
    void theMeshComesBackOnlyWhenThereAreAnEighthFewerAndWhoeverIsLinkedIsANeighbourAgain() {
        List<Member> held = viewOf20();
        Member onDemand = someoneBut(held);
        closeReleased();
        core.reach(onDemand, now(), effects::add);
        linkUp(onDemand, true);
        List<Integer> leaving = new ArrayList<>();
        for (int i = 20; leaving.size() < 6; i--) {
            if (!held.contains(member(i)) && i != number(onDemand.origin())) {
                leaving.add(i);
            }
        }
        leaving.subList(0, 5).forEach(each -> changed(member(each), MemberStatus.LEFT));
        assertThat(core.isPartial()).isTrue();
        changed(member(leaving.get(5)), MemberStatus.LEFT);
        assertThat(core.isPartial()).isFalse();
        assertThat(neighbours).hasSize(3).contains(number(onDemand.origin()));
    }

    @Test
    void whoIsReleasedWhileTheSizeWouldAllowBothGoesOverToAPartialViewToo() {
        mesh(15);
        assertThat(hears(member(3), new Release()))
                .contains(new Effect.Close(member(3).origin()));
        assertThat(core.isPartial()).isTrue();
        assertThat(neighbours).hasSize(14);
    }

    @Test
    void whoIsReleasedInASmallMeshKeepsItAndDialsLater() {
        mesh(5);
        assertThat(hears(member(3), new Release()))
                .containsExactly(new Effect.Close(member(3).origin()));
        assertThat(core.isPartial()).isFalse();
        assertThat(linkDown(member(3), LinkLoss.LOCAL)).isEmpty();
        assertThat(run(4_900)).isEmpty();
        assertThat(run(5_200)).containsExactly(dial(member(3)));
    }

    @Test
    void whoAsksAMemberOfAMeshIsAcceptedAndKeptWhenTheMeshGivesWay() {
        mesh(16);
        assertThat(hears(member(4), new Join())).containsExactly(says(member(4), new Neighbour(false)));
        assertThat(neighbours).hasSize(16);
        changed(member(17), MemberStatus.ALIVE);
        run(12_000);
        assertThat(neighbours).contains(4);
    }

    @Test
    void oneOfTheLostIsDialledNowAndThen() {
        mesh(20);
        for (int i = 21; i <= 40; i++) {
            changed(member(i), MemberStatus.ALIVE);
            changed(member(i), MemberStatus.DEAD);
        }
        List<Member> dials = dialled(run(100_000)).stream()
                .filter(dialled -> number(dialled.origin()) > 20)
                .toList();
        assertThat(dials).hasSizeBetween(8, 21);
    }

    @Test
    void aFrameAboutALinkThatIsNotThereChangesNothing() {
        viewOf20();
        hears(member(77), new Neighbour(true));
        hears(member(77), new Join());
        assertThat(hears(member(77), new Release())).isEmpty();
        assertThat(neighbours).doesNotContain(77);
    }
}
