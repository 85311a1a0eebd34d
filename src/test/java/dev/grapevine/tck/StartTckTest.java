package dev.grapevine.tck;

import dev.grapevine.Grapevine;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code Grapevine.start()}, a {@code Mono} of one element; {@code join()} before {@code bind()} fails. */
@Test
public class StartTckTest extends NodeTck<Grapevine> {

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Grapevine> createPublisher(long elements) {
        return node().start();
    }

    @Override
    public Publisher<Grapevine> createFailedPublisher() {
        Grapevine unbound = Grapevine.builder("tck").bind("127.0.0.1:0").build();
        return unbound.join().thenReturn(unbound);
    }
}
