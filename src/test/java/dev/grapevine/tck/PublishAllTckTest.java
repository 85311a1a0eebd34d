package dev.grapevine.tck;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

/** What {@code Topic.publishAll()} subscribes to its source with. */
@Test
public class PublishAllTckTest extends SubscriberBlackboxVerification<String> {

    private final Grapevine node = Grapevine.builder("tck").bind("127.0.0.1:0").build();

    /** The rules, for the subscriber of a publish call. */
    public PublishAllTckTest() {
        super(StreamTck.ENVIRONMENT);
    }

    /** One node for all. */
    @BeforeClass
    public void start() {
        node.start().block(NodeTck.PATIENCE);
    }

    /** Gives it back. */
    @AfterClass
    public void stop() {
        node.stop().block(NodeTck.PATIENCE);
    }

    @Override
    @SuppressWarnings("unchecked") // a subscriber of anything above takes it too
    public Subscriber<String> createSubscriber() {
        CompletableFuture<Subscriber<String>> subscribed = new CompletableFuture<>();
        Topic<String> topic = node.topic("t", Codecs.utf8());
        Publisher<String> source = subscriber -> subscribed.complete((Subscriber<String>) subscriber);
        topic.publishAll(source).onErrorComplete().subscribe();
        return subscribed.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public String createElement(int element) {
        return "v" + element;
    }
}
