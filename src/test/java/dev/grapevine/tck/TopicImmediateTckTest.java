package dev.grapevine.tck;

import dev.grapevine.topic.Message;
import dev.grapevine.topic.Topic;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** {@code Topic.deliverOn(Schedulers.immediate()).messages()}. */
@Test
public class TopicImmediateTckTest extends TopicTck<Message<String>> {

    @Override
    Flux<Message<String>> stream(Topic<String> topic) {
        return topic.deliverOn(Schedulers.immediate()).messages();
    }
}
