package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.TopicPace;
import dev.grapevine.protocol.step.Tuning;
import java.time.Duration;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Grapevine.tuning()}. */
@Test
public class TuningTckTest extends ViewTck<Tuning> {

    private static final Pace PACE = Pace.of(3, Duration.ofMillis(200), 1400);
    private static final TopicPace TOPICS = TopicPace.of(Duration.ofMillis(500), Duration.ofMillis(500));

    @Override
    public Publisher<Tuning> createPublisher(long elements) {
        NodeViews views = new NodeViews();
        views.tuned(tuning(0));
        return fed(views.tuning(delivery), elements, n -> views.tuned(tuning(n)), views::complete);
    }

    private static Tuning tuning(long members) {
        return new Tuning((int) (members % 1000), 0, Duration.ZERO, 0, PACE, PACE, TOPICS);
    }
}
