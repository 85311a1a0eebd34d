package dev.grapevine.discovery;

import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Names the members that a node seeks first, asked again and again for as long as the node runs: an inventory, a
 * registry, a file. Any of the seeds is enough; they may name the node itself, and may be out of date.
 *
 * <p>What is named is taken as {@link Seed#parse} reads it, so a provider may name hosts, whose every address is looked
 * up, and DNS services too. A failure, an empty answer or one that takes longer than {@value #PATIENCE_SECONDS} s costs
 * nothing: the node goes on with the seeds that it has, and says so in its log once.
 */
@FunctionalInterface
public interface SeedProvider {

    /** How long an answer is waited for, in seconds. */
    int PATIENCE_SECONDS = 5;

    /**
     * The seeds as they are now.
     *
     * @return seeds in the form of {@link Seed#parse}. Subscribed to on the node's own thread, which must not be blocked:
     *     a lookup that blocks brings a scheduler of its own. At most 256 addresses are used
     */
    Mono<List<String>> seeds();

    /**
     * How long to wait before asking again.
     *
     * @return the wait between two questions, varied by a quarter; default 10 s; at least 1 s is waited
     */
    default Duration refresh() {
        return Duration.ofSeconds(10);
    }

    /**
     * Seeds that never change. Hosts among them are looked up again all the same.
     *
     * @param seeds the seeds
     * @return a provider of these
     */
    static SeedProvider of(List<String> seeds) {
        List<String> named = List.copyOf(seeds);
        return () -> Mono.just(named);
    }
}
