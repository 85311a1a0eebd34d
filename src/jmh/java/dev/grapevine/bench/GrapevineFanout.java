package dev.grapevine.bench;

import dev.grapevine.Grapevine;
import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/** Grapevine with its defaults: members in this JVM, RSocket over loopback, a subscriber on each. */
final class GrapevineFanout implements Fanout {

    private final List<Grapevine> nodes = new ArrayList<>();
    private final Topic<Bytes> topic;
    private final Arrivals arrivals;

    GrapevineFanout(int members) {
        arrivals = new Arrivals(members - 1);
        String seed = null;
        for (int i = 0; i < members; i++) {
            var builder = Grapevine.builder("bench").bind("127.0.0.1:0");
            Grapevine node = (seed == null ? builder : builder.seeds(seed)).build();
            node.start().block(PATIENCE);
            seed = seed == null ? node.self().address().toString() : seed;
            nodes.add(node);
            if (i > 0) {
                int receiver = i - 1;
                node.topic("load", Codecs.bytes())
                        .messages(1 << 20, Overflow.ERROR)
                        .subscribe(message -> arrivals.arrived(receiver, 1), Throwable::printStackTrace);
            }
        }
        topic = nodes.get(0).topic("load", Codecs.bytes());
        Flux.interval(Duration.ofMillis(20))
                .takeUntil(
                        tick -> nodes.stream().allMatch(node -> node.members().size() == members))
                .blockLast(PATIENCE);
        // Links follow membership within one dial; the first message finds the last of them.
        Flux.interval(Duration.ofMillis(500)).blockFirst();
    }

    @Override
    public long burst(int count, int bytes) {
        arrivals.expect(count);
        Bytes payload = Bytes.wrap(new byte[bytes]);
        long start = System.nanoTime();
        topic.publishAll(Flux.range(0, count).map(i -> payload)).block(PATIENCE);
        return arrivals.awaitLast() - start;
    }

    @Override
    public long single(int bytes) {
        arrivals.expect(1);
        long start = System.nanoTime();
        topic.publish(Bytes.wrap(new byte[bytes])).subscribe();
        return arrivals.awaitLast() - start;
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.stop().block(PATIENCE));
    }
}
