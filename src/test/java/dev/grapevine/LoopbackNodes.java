package dev.grapevine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import reactor.core.publisher.Flux;

/** Whole nodes over RSocket on loopback, which are stopped after each test. */
abstract class LoopbackNodes {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final List<Grapevine> nodes = new ArrayList<>();

    @AfterEach
    final void stop() {
        Flux.fromIterable(nodes).flatMap(Grapevine::stop).blockLast(PATIENCE);
    }

    final Grapevine node(String... seeds) {
        return keep(Grapevine.builder("test").bind("127.0.0.1:0").seeds(seeds));
    }

    final Grapevine keep(GrapevineBuilder builder) {
        Grapevine node = builder.build();
        nodes.add(node);
        return node;
    }

    static String address(Grapevine node) {
        return node.self().address().toString();
    }

    static void awaitSizes(List<Grapevine> nodes, int size) {
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(
                        tick -> nodes.stream().allMatch(node -> node.members().size() == size))
                .blockLast(PATIENCE);
    }

    final List<Grapevine> started(int count) {
        Grapevine first = node();
        first.start().block(PATIENCE);
        for (int i = 1; i < count; i++) {
            node(address(first)).start().block(PATIENCE);
        }
        awaitSizes(nodes, count);
        return nodes;
    }
}
