package dev.grapevine.tck;

import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** {@code Topic.deliveries()}. */
@Test
public class TopicDeliveriesTckTest extends TopicTck<Delivery<String>> {

    @Override
    Flux<Delivery<String>> stream(Topic<String> topic) {
        return topic.deliveries(16, Overflow.DROP_NEWEST);
    }
}
