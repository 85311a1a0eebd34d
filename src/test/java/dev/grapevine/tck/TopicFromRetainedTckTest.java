package dev.grapevine.tck;

import dev.grapevine.topic.Message;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** {@code Topic.from(Start.RETAINED).messages()}. */
@Test
public class TopicFromRetainedTckTest extends TopicTck<Message<String>> {

    @Override
    Flux<Message<String>> stream(Topic<String> topic) {
        return topic.from(Start.RETAINED).messages();
    }
}
