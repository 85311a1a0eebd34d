package dev.grapevine.tck;

import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Acknowledgeable;
import dev.grapevine.topic.Topic;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** {@code Topic.acknowledgeable()}, of which nothing is acknowledged. */
@Test
public class TopicAcknowledgeableTckTest extends TopicTck<Acknowledgeable<String>> {

    @Override
    Flux<Acknowledgeable<String>> stream(Topic<String> topic) {
        return topic.acknowledgeable(AcknowledgeOptions.DEFAULT.withMaxUnacknowledged(4096));
    }
}
