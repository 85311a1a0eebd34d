package dev.grapevine.tck;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Topic;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** The rules for a stream of a topic: as many messages as wanted are published when somebody subscribes, then the node stops. */
abstract class TopicTck<T> extends NodeTck<T> {

    abstract Flux<T> stream(Topic<String> topic);

    @Override
    public Publisher<T> createPublisher(long elements) {
        Grapevine node = node();
        Topic<String> topic = node.topic("t", Codecs.utf8());
        Flux<T> stream = stream(topic);
        Flux<String> values = Flux.<String, Long>generate(() -> 0L, (count, sink) -> {
                    sink.next("v" + count);
                    return count + 1;
                })
                .take(elements);
        return subscriber -> {
            subscribe(stream, subscriber, Long.MAX_VALUE, n -> {}, () -> {});
            topic.publishAll(values).then(node.stop()).onErrorComplete().subscribe();
        };
    }
}
