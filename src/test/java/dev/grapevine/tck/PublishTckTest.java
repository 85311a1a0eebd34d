package dev.grapevine.tck;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Topic;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Topic.publish()}, which completes without an element; on a node that has stopped it fails. */
@Test
public class PublishTckTest extends NodeTck<Void> {

    @Override
    public long maxElementsFromPublisher() {
        return 0;
    }

    @Override
    public Publisher<Void> createPublisher(long elements) {
        return node().<String>topic("t", Codecs.utf8()).publish("v");
    }

    @Override
    public Publisher<Void> createFailedPublisher() {
        Grapevine node = node();
        Topic<String> topic = node.topic("t", Codecs.utf8());
        node.stop().block(PATIENCE);
        return topic.publish("v");
    }
}
