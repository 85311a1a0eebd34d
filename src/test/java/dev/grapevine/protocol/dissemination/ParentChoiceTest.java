package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import java.util.List;
import org.junit.jupiter.api.Test;

/** For whom Cle is exchanged by whom Ann's messages come: a hop counts a millisecond, and the links here nothing. */
class ParentChoiceTest {

    private final Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE, DAN);

    private void cleIsTheParent(Way way) {
        node.receive(CLE, run(ANN, NEWS, 1, 1).withWay(way));
    }

    private List<Effect> tells(Origin neighbour, Way way) {
        return node.receive(neighbour, new StreamDigest(List.of(new StreamState(ANN, NEWS, 1, 1, 1, 1, way))));
    }

    private static Effect graft(Origin neighbour) {
        return control(neighbour, new Graft(ANN));
    }

    @Test
    void withinASiteAWayHasToBeHalfAMillisecondShorter() {
        cleIsTheParent(new Way(5, 0));

        assertThat(tells(BEN, new Way(4, 501))).isEmpty();
        assertThat(tells(BEN, new Way(4, 500))).containsExactly(graft(BEN));
    }

    @Test
    void betweenSitesAWayHasToBeASixteenthShorter() {
        cleIsTheParent(new Way(1, 78_000));

        assertThat(tells(BEN, new Way(1, 73_001))).isEmpty();
        assertThat(tells(BEN, new Way(1, 73_000))).containsExactly(graft(BEN));
    }

    @Test
    void aParentThatHasLostItsWayIsNotAskedThoughItSaidHowNearItWas() {
        cleIsTheParent(new Way(5, 0));
        tells(CLE, new Way(5, 0));

        assertThat(node.receive(CLE, new Graft(ANN))).containsExactly(graft(BEN), graft(DAN));
    }

    @Test
    void butTheNearestOfTheOthersIsThoughTheParentSaidThatItWasNearer() {
        cleIsTheParent(new Way(5, 0));
        tells(CLE, new Way(4, 0));
        tells(BEN, new Way(5, 0));

        assertThat(node.receive(CLE, new Graft(ANN))).containsExactly(graft(BEN));
    }
}
