package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

class SeedWatchTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Map<String, List<String>> hosts = new TreeMap<>();
    private final Map<String, List<Address>> services = new TreeMap<>();
    private final List<List<Address>> told = new ArrayList<>();
    private @Nullable Disposable watch;

    @AfterEach
    void end() {
        if (watch != null) {
            watch.dispose();
        }
        time.dispose();
    }

    private void watch(List<String> fixed, @Nullable SeedProvider provider) {
        watch = new SeedWatch("node", fixed, provider, 7946, new Names(), new SplittableRandom(1))
                .changes()
                .map(Input.Seeds::seeds)
                .subscribe(told::add);
    }

    private void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    private static Address at(String host, int port) {
        return new Address(host, port);
    }

    @Test
    void everyAddressOfAHostIsASeedAndIsLookedUpAgainForEver() {
        hosts.put("orders", List.of("10.0.0.2", "10.0.0.1", "::1"));
        watch(List.of("orders:80"), null);
        assertThat(told).containsExactly(List.of(at("10.0.0.1", 80), at("10.0.0.2", 80), at("::1", 80)));
        pass(Duration.ofHours(1));
        assertThat(told).as("no news").hasSize(1);
        hosts.put("orders", List.of("10.0.0.3"));
        pass(Duration.ofSeconds(13));
        assertThat(told).last().isEqualTo(List.of(at("10.0.0.3", 80)));
    }

    @Test
    void aServiceIsTheHostsOfItsRecordsAndTheseAreLookedUpToo() {
        services.put("_gossip._tcp.orders", List.of(at("a", 1), at("b", 2)));
        hosts.put("a", List.of("10.0.0.1"));
        hosts.put("b", List.of("10.0.0.1", "10.0.0.2"));
        watch(List.of("srv:_gossip._tcp.orders"), null);
        assertThat(told).containsExactly(List.of(at("10.0.0.1", 1), at("10.0.0.1", 2), at("10.0.0.2", 2)));
    }

    @Test
    void anAnswerHoldsWhileLaterOnesFail() {
        hosts.put("orders", List.of("10.0.0.1"));
        watch(List.of("orders", "never-known"), null);
        hosts.remove("orders");
        pass(Duration.ofMinutes(5));
        assertThat(told).containsExactly(List.of(at("10.0.0.1", 7946)));
    }

    @Test
    void aHostThatNobodyNamesAnyMoreIsDropped() {
        hosts.put("a", List.of("10.0.0.1"));
        hosts.put("b", List.of("10.0.0.2"));
        List<String> named = new ArrayList<>(List.of("a", "b"));
        watch(List.of(), () -> Mono.just(List.copyOf(named)));
        named.remove("a");
        pass(Duration.ofSeconds(13));
        assertThat(told)
                .containsExactly(List.of(at("10.0.0.1", 7946), at("10.0.0.2", 7946)), List.of(at("10.0.0.2", 7946)));
    }

    @Test
    void aProviderThatFailsThrowsOrNeverAnswersCostsNothingThatWasKnown() {
        hosts.put("a", List.of("10.0.0.1"));
        hosts.put("fixed", List.of("10.0.0.9"));
        int[] asked = {0};
        watch(List.of("fixed"), () -> switch (asked[0]++) {
            case 0 -> Mono.just(List.of("a"));
            case 1 -> Mono.error(new IOException("away"));
            case 2 -> throw new IllegalStateException("broken");
            case 3 -> Mono.never();
            default -> Mono.just(List.of("a", "not a seed", "fixed"));
        });
        pass(Duration.ofMinutes(2));
        assertThat(asked[0]).isGreaterThan(5);
        assertThat(told).containsExactly(List.of(at("10.0.0.1", 7946), at("10.0.0.9", 7946)));
    }

    @Test
    void aProviderThatNamesNobodySaysSoAndIsAskedAtItsOwnPace() {
        int[] asked = {0};
        watch(List.of(), new SeedProvider() {
            @Override
            public Mono<List<String>> seeds() {
                asked[0]++;
                return Mono.empty();
            }

            @Override
            public Duration refresh() {
                return Duration.ofSeconds(100);
            }
        });
        assertThat(told).containsExactly(List.of());
        pass(Duration.ofSeconds(74));
        assertThat(asked[0]).isEqualTo(1);
        pass(Duration.ofSeconds(52));
        assertThat(asked[0]).isEqualTo(2);
    }

    @Test
    void moreAddressesThanTheBoundAreCutOff() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add("10.0." + i / 100 + "." + (100 + i % 100));
        }
        hosts.put("orders", many);
        watch(List.of("orders"), null);
        assertThat(told).singleElement().satisfies(seeds -> assertThat(seeds).hasSize(SeedWatch.MAX_ADDRESSES));
    }

    /** A transport that knows names, and nothing else. */
    private final class Names implements Transport {

        @Override
        public Scheduler scheduler() {
            return time;
        }

        @Override
        public Mono<List<Address>> resolve(Address host) {
            return Mono.defer(() -> {
                List<String> found = hosts.get(host.host());
                return found == null
                        ? Mono.error(new IOException("unknown: " + host))
                        : Mono.just(found.stream()
                                .map(address -> at(address, host.port()))
                                .toList());
            });
        }

        @Override
        public Mono<List<Address>> resolveService(String service) {
            return Mono.justOrEmpty(services.get(service)).switchIfEmpty(Mono.error(new IOException("unknown")));
        }

        @Override
        public LinkLimits limits() {
            return LinkLimits.DEFAULT;
        }

        @Override
        public Mono<Endpoint> bind(Address address, Handshake handshake) {
            return Mono.error(new IOException("only names"));
        }

        @Override
        public Mono<Void> dispose() {
            return Mono.empty();
        }
    }
}
