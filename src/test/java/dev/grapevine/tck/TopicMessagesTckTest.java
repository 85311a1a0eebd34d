package dev.grapevine.tck;

import dev.grapevine.topic.Message;
import dev.grapevine.topic.Topic;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** {@code Topic.messages()}. */
@Test
public class TopicMessagesTckTest extends TopicTck<Message<String>> {

    @Override
    Flux<Message<String>> stream(Topic<String> topic) {
        return topic.messages();
    }
}
