package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.OverlayFrame.Disconnect;
import dev.grapevine.protocol.frame.OverlayFrame.ForwardJoin;
import dev.grapevine.protocol.frame.OverlayFrame.Join;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.frame.OverlayFrame.Shuffle;
import dev.grapevine.protocol.frame.OverlayFrame.ShuffleReply;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of the paper, one by one. */
class HyParViewTest extends HyParViewScript {

    @Test
    void aNewcomerJoinsThroughOneContactAndHoldsItWhenItAccepts() {
        int contact = entered(1, 2, 3);
        assertThat(linkUp(contact)).containsExactly(says(contact, new Join()));
        assertThat(views.active()).isEmpty();
        assertThat(hears(contact, new Neighbour(false))).containsExactly(up(contact));
        assertThat(run(950)).as("the walks are given time").isEmpty();
        assertThat(dialled).isEmpty();
        run(100);
        assertThat(dialled).as("then it asks by itself").hasSize(1);
    }

    @Test
    void aContactThatCannotBeReachedIsForgottenAndAnotherTriedAtOnce() {
        int contact = entered(1, 2, 3);
        views.unreachable(member(contact), now(), effects::add);
        assertThat(views.passive()).doesNotContain(member(contact));
        assertThat(dialled).hasSize(1).doesNotContain(SimulatedOverlay.address(contact));
    }

    @Test
    void whoTakesANewcomerHasAWalkGoThroughEachOtherNeighbour() {
        withNeighbours();
        hears(2, new Disconnect());
        assertThat(hears(3, new Join()))
                .containsExactly(
                        up(3),
                        says(3, new Neighbour(false)),
                        says(1, new ForwardJoin(member(3), SimulatedOverlay.address(3), 3)));
    }

    @Test
    void aNewcomerIsTakenThoughTheViewIsFullAndWhoGivesWayIsToldAndRemembered() {
        withNeighbours();
        List<Effect> effects = hears(3, new Join());
        int dropped = effects.contains(down(1)) ? 1 : 2;
        int kept = 3 - dropped;
        assertThat(effects)
                .containsExactly(
                        down(dropped),
                        says(dropped, new Disconnect()),
                        up(3),
                        says(3, new Neighbour(false)),
                        says(kept, new ForwardJoin(member(3), SimulatedOverlay.address(3), 3)));
        assertThat(views.active()).containsExactly(member(kept), member(3));
        assertThat(views.passive()).contains(member(dropped));
    }

    @Test
    void aWalkGoesOnThroughAnotherNeighbourAndIsNotedWhereItHasThePassiveStepsLeft() {
        withNeighbours();
        Address nine = SimulatedOverlay.address(9);
        assertThat(hears(1, new ForwardJoin(member(9), nine, 3)))
                .containsExactly(says(2, new ForwardJoin(member(9), nine, 2)));
        assertThat(views.passive()).doesNotContain(member(9));
        assertThat(hears(1, new ForwardJoin(member(9), nine, 1)))
                .containsExactly(says(2, new ForwardJoin(member(9), nine, 0)));
        assertThat(views.passive()).contains(member(9));
    }

    @Test
    void theEndOfAWalkDialsTheNewcomerAndMakesRoomForItWhenItAccepts() {
        withNeighbours();
        Address unheardOf = SimulatedOverlay.address(77);
        assertThat(hears(1, new ForwardJoin(member(77), unheardOf, 0))).isEmpty();
        assertThat(dialled).containsExactly(unheardOf);
        assertThat(linkUp(77)).containsExactly(says(77, new Neighbour(true)));
        List<Effect> effects = hears(77, new Neighbour(false));
        assertThat(effects).hasSize(3).endsWith(up(77));
        assertThat(views.active()).hasSize(2).contains(member(77));
    }

    @Test
    void aWalkThatFindsNobodyToGoOnToEndsThere() {
        withNeighbours();
        hears(2, new Disconnect());
        dialled.clear();
        hears(1, new ForwardJoin(member(9), SimulatedOverlay.address(9), 3));
        assertThat(dialled).contains(SimulatedOverlay.address(9));
    }

    @Test
    void aRequestIsAcceptedWhereThereIsRoomAndRefusedWhereThereIsNoneUnlessItIsUrgent() {
        withNeighbours();
        assertThat(hears(3, new Neighbour(false))).containsExactly(says(3, new Disconnect()));
        assertThat(hears(4, new Neighbour(true))).hasSize(4).endsWith(up(4), says(4, new Neighbour(false)));
        assertThat(views.active()).hasSize(2).contains(member(4));
    }

    @Test
    void whoIsHeldAlreadyIsNotAnswered() {
        withNeighbours();
        assertThat(hears(1, new Neighbour(false))).isEmpty();
        assertThat(hears(1, new Neighbour(true))).isEmpty();
    }

    @Test
    void twoThatAskEachOtherAtOnceHoldEachOtherWithoutAnotherWord() {
        int contact = entered(1, 2, 3);
        linkUp(contact);
        assertThat(hears(contact, new Neighbour(true))).containsExactly(up(contact));
    }

    @Test
    void aNeighbourThatLetsGoIsRememberedAndAnotherIsAskedAtOnce() {
        withNeighbours();
        assertThat(hears(1, new Disconnect())).containsExactly(down(1));
        assertThat(views.passive()).contains(member(1));
        assertThat(dialled).hasSize(1).doesNotContain(SimulatedOverlay.address(1));
    }

    @Test
    void aLostNeighbourIsForgottenAndReplacedFromThePassiveViewAtOnce() {
        withNeighbours();
        assertThat(linkDown(1)).containsExactly(down(1));
        assertThat(views.passive()).doesNotContain(member(1));
        int next = dialled.get(0).port();
        assertThat(linkUp(next)).containsExactly(says(next, new Neighbour(false)));
        assertThat(hears(next, new Neighbour(false))).containsExactly(up(next));
        assertThat(views.passive()).doesNotContain(member(next));
    }

    @Test
    void whomItCouldNotDialForAMomentHasRefusedNothingAndIsDialledSoon() {
        withNeighbours();
        canDialNobody = true;
        linkDown(1);
        run(1_000);
        assertThat(dialled).isEmpty();
        canDialNobody = false;
        run(400);
        assertThat(dialled).isNotEmpty();
    }

    @Test
    void whoHasNoNeighbourLeftAsksUrgently() {
        withNeighbours();
        linkDown(1);
        linkDown(2);
        int next = dialled.get(0).port();
        assertThat(linkUp(next)).containsExactly(says(next, new Neighbour(true)));
    }

    @Test
    void whoIsDeadByMembershipsWordLeavesBothViews() {
        withNeighbours();
        Origin remembered = views.passive().get(0);
        views.gone(remembered, now(), effects::add);
        assertThat(taken()).isEmpty();
        assertThat(views.passive()).doesNotContain(remembered);
        views.gone(member(1), now(), effects::add);
        assertThat(taken()).contains(down(1));
        assertThat(views.active()).containsExactly(member(2));
    }

    @Test
    void whoRefusesIsNotAskedAgainBeforeTheNextShuffleButAllOthersAre() {
        withNeighbours();
        linkDown(2);
        int asked = 0;
        long begun = millis;
        while (millis - begun < 10_000) {
            while (!dialled.isEmpty()) {
                int peer = dialled.remove(0).port();
                asked++;
                linkUp(peer);
                hears(peer, new Disconnect());
            }
            run(50);
        }
        assertThat(asked)
                .as("each of the passive view once, until the next shuffle")
                .isEqualTo(4);
    }

    @Test
    void anAnswerThatDoesNotComeIsNotAwaitedForEverAndTheAskedIsToldSo() {
        int contact = entered(1, 2, 3);
        linkUp(contact);
        assertThat(run(1_900)).isEmpty();
        assertThat(run(150)).contains(says(contact, new Disconnect()));
        assertThat(hears(contact, new Neighbour(false)))
                .as("a late acceptance is a request")
                .containsExactly(up(contact), says(contact, new Neighbour(false)));
    }

    @Test
    void aLinkThatTakesThePlaceOfAnotherIsToldWhatTheOldOneMayHaveLost() {
        withNeighbours();
        assertThat(linkUp(1)).containsExactly(says(1, new Neighbour(false)));
    }

    @Test
    void aShuffleNamesItselfAndSomeOfBothViewsAndAllNeighboursHearThatTheyAreHeld() {
        withNeighbours();
        List<Effect> effects = run(30_000);
        assertThat(effects).contains(says(1, new Neighbour(false)), says(2, new Neighbour(false)));
        Shuffle shuffle = (Shuffle) effects.stream()
                .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof Shuffle)
                .map(effect -> ((Effect.Send) effect).frame())
                .findFirst()
                .orElseThrow();
        assertThat(shuffle.path()).containsExactly(member(0));
        assertThat(shuffle.steps()).isEqualTo(2);
        assertThat(shuffle.sample()).hasSizeBetween(2, 4).startsWith(member(0)).doesNotHaveDuplicates();
    }

    @Test
    void aShuffleIsSentOnToANeighbourThatItHasNotPassed() {
        withNeighbours();
        List<Origin> sample = List.of(member(8), member(7));
        assertThat(hears(1, new Shuffle(List.of(member(8), member(1)), 2, sample)))
                .containsExactly(says(2, new Shuffle(List.of(member(8), member(1), member(0)), 1, sample)));
    }

    @Test
    void theEndOfAShuffleAnswersTheWayItCameAndTakesWhatWasNamed() {
        withNeighbours();
        List<Origin> before = views.passive();
        List<Effect> effects =
                hears(1, new Shuffle(List.of(member(8), member(1)), 0, List.of(member(8), member(1), member(0))));
        assertThat(effects).hasSize(1);
        ShuffleReply reply = (ShuffleReply) ((Effect.Send) effects.get(0)).frame();
        assertThat(reply.path()).containsExactly(member(8));
        assertThat(before).containsAll(reply.sample());
        assertThat(views.passive())
                .as("neither a neighbour nor itself")
                .contains(member(8))
                .doesNotContain(member(1), member(0));
    }

    @Test
    void anAnswerIsPassedOnToWhoIsLastOnItsPathAndDroppedWithoutALink() {
        withNeighbours();
        List<Origin> sample = List.of(member(5));
        assertThat(hears(2, new ShuffleReply(List.of(member(8), member(1)), sample)))
                .containsExactly(says(1, new ShuffleReply(List.of(member(8)), sample)));
        assertThat(hears(2, new ShuffleReply(List.of(member(8)), sample))).isEmpty();
    }

    @Test
    void whatAShuffleGaveAwayGivesWayFirstToWhatItsAnswerBrings() {
        withNeighbours();
        List<Effect> effects = run(30_000);
        int through = 0;
        Shuffle shuffle = null;
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send && send.frame() instanceof Shuffle sent) {
                through = SimulatedOverlay.numberOf(send.to());
                shuffle = sent;
            }
        }
        List<Origin> given = new ArrayList<>(shuffle.sample());
        given.retainAll(views.passive());
        List<Origin> kept = new ArrayList<>(views.passive());
        kept.removeAll(given);
        List<Origin> fresh = new ArrayList<>();
        for (int number = 3; fresh.size() < given.size(); number++) {
            if (!views.passive().contains(member(number))) {
                fresh.add(member(number));
            }
        }
        assertThat(views.passive()).hasSize(4);
        hears(through, new ShuffleReply(List.of(), fresh));
        assertThat(views.passive()).hasSize(4).containsAll(kept).containsAll(fresh);
    }

    @Test
    void nowAndThenSomebodyDrawnFromAllIsAskedThoughNobodyIsMissingAndOneGivesWay() {
        withNeighbours();
        for (int i = 0; i < 10 && dialled.isEmpty(); i++) {
            millis += 3_600_000; // until the one that is drawn is no neighbour
            run(50);
        }
        int drawn = dialled.get(0).port();
        assertThat(views.active()).hasSize(2);
        assertThat(linkUp(drawn)).containsExactly(says(drawn, new Neighbour(true)));
        assertThat(hears(drawn, new Neighbour(false))).hasSize(3).endsWith(up(drawn));
        assertThat(views.active()).hasSize(2).contains(member(drawn));
    }

    @Test
    void inAMeshWhoeverAsksIsHeldAndNobodyIsAsked() {
        for (int peer = 1; peer <= 5; peer++) {
            present.add(peer);
            assertThat(hears(peer, new Neighbour(false))).containsExactly(up(peer), says(peer, new Neighbour(false)));
        }
        assertThat(run(60_000)).isEmpty();
        views.enter(now(), effects::add);
        List<Effect> effects = taken();
        assertThat(effects)
                .filteredOn(effect -> effect instanceof Effect.NeighbourDown)
                .hasSize(3);
        assertThat(views.active()).hasSize(2);
        views.leave();
        assertThat(run(60_000)).isEmpty();
        assertThat(views.active()).hasSize(2);
    }
}
