package dev.grapevine.runtime;

import dev.grapevine.protocol.step.JoinState;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Grapevine.joinState()}. */
@Test
public class JoinStateTckTest extends ViewTck<JoinState> {

    @Override
    public Publisher<JoinState> createPublisher(long elements) {
        NodeViews views = new NodeViews();
        views.joinChanged(JoinState.SEEKING);
        return fed(
                views.joinStates(delivery),
                elements,
                n -> views.joinChanged(n % 2 == 1 ? JoinState.JOINED : JoinState.ISOLATED),
                views::complete);
    }
}
