package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.GrapevineObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** What whole nodes hold over RSocket on loopback while nothing happens. */
class IdleNodesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int NODES = 3;
    private static final int OPENED = 20;
    private static final String THREAD = "grapevine-idle";

    private final List<Grapevine> nodes = new ArrayList<>();
    private final List<AtomicInteger> links = new ArrayList<>();

    @AfterEach
    void stop() {
        Flux.fromIterable(nodes).flatMap(Grapevine::stop).blockLast(PATIENCE);
    }

    private void start() {
        AtomicInteger open = new AtomicInteger();
        GrapevineBuilder builder = Grapevine.builder("idle").bind("127.0.0.1:0").observer(new GrapevineObserver() {
            @Override
            public void linksChanged(int now) {
                open.set(now);
            }
        });
        if (!nodes.isEmpty()) {
            builder.seeds(nodes.get(0).self().address().toString());
        }
        Grapevine node = builder.build();
        nodes.add(node);
        links.add(open);
        node.start().block(PATIENCE);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(THREAD))
                .toList();
    }

    private boolean isAtRest() {
        return links.stream().allMatch(open -> open.get() == NODES - 1)
                && threads().size() == NODES;
    }

    @Test
    void topicsAndMapsThatAreSubscribedToAndNotUsedHoldNeitherThreadsNorLinks() {
        for (int i = 0; i < NODES; i++) {
            start();
        }
        for (Grapevine node : nodes) {
            for (int i = 0; i < OPENED; i++) {
                node.topic("topic-" + i, Codecs.utf8()).messages().subscribe();
                node.map("map-" + i, Codecs.utf8()).changes().subscribe();
            }
        }
        // Threads that have delivered snapshots end after 10 s without work.
        Flux.interval(Duration.ofMillis(50)).takeUntil(tick -> isAtRest()).blockLast(PATIENCE);
        assertThat(threads()).containsOnly(THREAD).hasSize(NODES);
        assertThat(links).allMatch(open -> open.get() == NODES - 1);
    }
}
