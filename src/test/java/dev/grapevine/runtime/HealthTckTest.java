package dev.grapevine.runtime;

import dev.grapevine.membership.NodeHealth;
import java.util.List;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Grapevine.health()}. */
@Test
public class HealthTckTest extends ViewTck<NodeHealth> {

    @Override
    public Publisher<NodeHealth> createPublisher(long elements) {
        NodeViews views = new NodeViews();
        return fed(
                views.health(delivery),
                elements,
                n -> views.healthChanged(new NodeHealth((int) (n % NodeHealth.MAX_SCORE), false, List.of(), false)),
                views::complete);
    }
}
