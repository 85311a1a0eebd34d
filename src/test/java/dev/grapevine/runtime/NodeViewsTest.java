package dev.grapevine.runtime;

import dev.grapevine.protocol.step.JoinState;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class NodeViewsTest {

    private final NodeViews views = new NodeViews();

    @Test
    void aSlowWatcherOfTheJoinStateIsToldTheLatestOnly() {
        views.joinChanged(JoinState.SEEKING);
        StepVerifier.create(views.joinStates(Schedulers.immediate()), 1)
                .expectNext(JoinState.SEEKING)
                .then(() -> views.joinChanged(JoinState.JOINED))
                .then(() -> views.joinChanged(JoinState.ISOLATED))
                .then(() -> views.joinChanged(JoinState.JOINED))
                .then(() -> views.joinChanged(JoinState.ALONE))
                .thenRequest(9)
                .expectNext(JoinState.ALONE)
                .then(views::complete)
                .verifyComplete();
    }
}
