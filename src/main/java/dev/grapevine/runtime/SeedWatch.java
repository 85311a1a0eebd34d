package dev.grapevine.runtime;

import dev.grapevine.discovery.Seed;
import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks for the seeds and looks up every address of each, for as long as the node runs, and tells the core when that
 * changes. What fails is asked again; meanwhile the last answer holds. Confined to the node's thread.
 */
final class SeedWatch {

    private static final Logger log = LoggerFactory.getLogger(SeedWatch.class);

    /** Most addresses that the core is told. */
    static final int MAX_ADDRESSES = 256;

    private static final Duration PATIENCE = Duration.ofSeconds(SeedProvider.PATIENCE_SECONDS);
    private static final Duration LOOKUP_REFRESH = Duration.ofSeconds(10);
    private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(1);

    private final String node;
    private final List<String> fixed;
    private final @Nullable SeedProvider provider;
    private final int defaultPort;
    private final Transport transport;
    private final RandomGenerator random;

    /** What the provider named last. */
    private List<String> provided = List.of();

    /** The last answer for each seed that is named now. */
    private SortedMap<String, List<Address>> known = new TreeMap<>();

    /** What went wrong the last time with what, so that each is logged once. */
    private SortedMap<String, String> troubles = new TreeMap<>();

    private @Nullable List<Address> told;

    SeedWatch(
            String node,
            List<String> fixed,
            @Nullable SeedProvider provider,
            int defaultPort,
            Transport transport,
            RandomGenerator random) {
        this.node = node;
        this.fixed = fixed;
        this.provider = provider;
        this.defaultPort = defaultPort;
        this.transport = transport;
        this.random = random;
    }

    /** The seeds whenever they have changed; never ends. */
    Flux<Input.Seeds> changes() {
        return Mono.defer(this::lookUp)
                .repeatWhen(rounds -> rounds.concatMap(round -> Mono.delay(pause(), transport.scheduler())))
                .concatMapIterable(this::news);
    }

    private Duration pause() {
        Duration refresh = provider == null ? LOOKUP_REFRESH : provider.refresh();
        long nanos = (refresh.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : refresh).toNanos();
        return Duration.ofNanos(nanos - nanos / 4 + random.nextLong(nanos / 2));
    }

    private List<Input.Seeds> news(List<Address> addresses) {
        if (addresses.equals(told)) {
            return List.of();
        }
        told = addresses;
        return List.of(new Input.Seeds(addresses));
    }

    /** One round: the addresses of everything that is named now. */
    private Mono<List<Address>> lookUp() {
        SortedMap<String, String> wrong = new TreeMap<>();
        return ask(wrong)
                .thenMany(Flux.defer(() -> Flux.fromIterable(named(wrong))))
                .concatMap(seed -> addresses(seed, wrong).map(found -> new Found(seed.toString(), found)))
                .collectList()
                .map(found -> {
                    SortedMap<String, List<Address>> answers = new TreeMap<>();
                    found.forEach(each -> answers.put(each.seed(), each.addresses()));
                    known = answers;
                    List<Address> all = merged(answers, wrong);
                    tell(wrong);
                    return all;
                });
    }

    /** What the provider names now; if it fails, what it named last still holds. */
    private Mono<Void> ask(SortedMap<String, String> wrong) {
        SeedProvider asked = provider;
        if (asked == null) {
            return Mono.empty();
        }
        return Mono.defer(asked::seeds)
                .timeout(PATIENCE, transport.scheduler())
                .publishOn(transport.scheduler())
                .defaultIfEmpty(List.of())
                .doOnNext(named -> provided = named)
                .doOnError(error -> wrong.put("the provider of seeds", String.valueOf(error)))
                .onErrorComplete()
                .then();
    }

    private List<Seed> named(SortedMap<String, String> wrong) {
        TreeMap<String, Seed> seeds = new TreeMap<>();
        for (String text : Stream.concat(fixed.stream(), provided.stream())
                .limit(MAX_ADDRESSES)
                .toList()) {
            try {
                Seed seed = Seed.parse(text, defaultPort);
                seeds.put(seed.toString(), seed);
            } catch (IllegalArgumentException e) {
                wrong.put(text, String.valueOf(e.getMessage()));
            }
        }
        return List.copyOf(seeds.values());
    }

    private Mono<List<Address>> addresses(Seed seed, SortedMap<String, String> wrong) {
        Mono<List<Address>> lookup = seed instanceof Seed.Service service
                ? transport.resolveService(service.name()).flatMap(hosts -> Flux.fromIterable(hosts)
                        .concatMap(transport::resolve)
                        .collectList()
                        .map(SeedWatch::flattened))
                : transport.resolve(((Seed.Host) seed).address());
        return lookup.timeout(PATIENCE, transport.scheduler()).onErrorResume(error -> {
            wrong.put(seed.toString(), String.valueOf(error));
            return Mono.just(known.getOrDefault(seed.toString(), List.of()));
        });
    }

    private static List<Address> flattened(List<List<Address>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    private static List<Address> merged(SortedMap<String, List<Address>> answers, SortedMap<String, String> wrong) {
        TreeSet<Address> all = new TreeSet<>();
        answers.values().forEach(all::addAll);
        if (all.size() > MAX_ADDRESSES) {
            wrong.put(
                    "the number of seeds",
                    "of " + all.size() + " addresses only the first " + MAX_ADDRESSES + " are used");
        }
        return all.stream().limit(MAX_ADDRESSES).toList();
    }

    private void tell(SortedMap<String, String> wrong) {
        wrong.forEach((what, why) -> {
            if (!troubles.containsKey(what)) {
                log.warn("{}: trouble with {}: {}; it goes on with what it knew and asks again", node, what, why);
            }
        });
        troubles.keySet().stream()
                .filter(what -> !wrong.containsKey(what))
                .forEach(what -> log.info("{}: no more trouble with {}", node, what));
        troubles = wrong;
    }

    private record Found(String seed, List<Address> addresses) {}
}
