package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.codec.Codecs;
import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.membership.Member;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.replicated.MapChange;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Whole nodes over RSocket on loopback: how they find each other, what they share, and how they end. */
class LoopbackClusterTest extends LoopbackNodes {

    @Test
    void instancesThatStartAtOnceWithTheSameSeedsFindEachOther() throws Exception {
        List<Integer> ports = freePorts(5);
        String[] seeds = ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new);
        for (int port : ports) {
            keep(Grapevine.builder("test").bind("127.0.0.1:" + port).seeds(seeds));
        }
        Flux.fromIterable(nodes).flatMap(Grapevine::start).blockLast(PATIENCE);
        awaitSizes(nodes, 5);
        assertThat(nodes).allSatisfy(node -> assertThat(node.joinState().blockFirst(PATIENCE))
                .isEqualTo(JoinState.JOINED));
    }

    private static List<Integer> freePorts(int count) throws Exception {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0);
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    @Test
    void aLoneInstanceIsUpAndOneWithUnreachableSeedsSaysThatItSeeks() throws Exception {
        Grapevine alone = node();
        alone.start().block(PATIENCE);
        assertThat(alone.state()).isEqualTo(NodeState.JOINED);
        assertThat(alone.members()).containsExactly(alone.self());
        StepVerifier.create(alone.joinState().take(1))
                .expectNext(JoinState.ALONE)
                .verifyComplete();
        Grapevine seeking = node("127.0.0.1:" + freePorts(1).get(0));
        seeking.start().block(PATIENCE);
        StepVerifier.create(seeking.joinState()
                        .filter(state -> state == JoinState.SEEKING)
                        .take(1))
                .expectNextCount(1)
                .verifyComplete();
    }

    @Test
    void aMapIsTheSameOnEveryMemberAndFillsOneThatJoinsLater() {
        started(2);
        Flux.range(0, 500)
                .flatMap(i -> nodes.get(i % 2).map("m", Codecs.utf8()).put("k" + i, "v" + i))
                .blockLast(PATIENCE);
        Grapevine late = node(address(nodes.get(0)));
        StepVerifier.create(late.start()
                        .thenMany(late.map("m", Codecs.utf8()).changes())
                        .map(MapChange::key)
                        .take(500)
                        .collectList()
                        .map(Collections::unmodifiableList))
                .assertNext(keys -> assertThat(keys).doesNotHaveDuplicates().hasSize(500))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aForeignClusterIsRefusedOnBothSidesAndCounted() {
        List<RejectReason> counted = Collections.synchronizedList(new ArrayList<>());
        Grapevine here = keep(Grapevine.builder("here").bind("127.0.0.1:0").observer(new GrapevineObserver() {
            @Override
            public void rejected(RejectReason reason, String detail) {
                counted.add(reason);
            }
        }));
        here.start().block(PATIENCE);
        Grapevine foreign = keep(Grapevine.builder("elsewhere")
                .bind("127.0.0.1:0")
                .seeds(address(here))
                .settings(LoopbackClusterTest::retryingEveryFewMilliseconds));
        foreign.start().block(PATIENCE);
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(tick -> counted.size() > 2)
                .blockLast(PATIENCE);
        assertThat(foreign.joinState().blockFirst(PATIENCE)).isEqualTo(JoinState.SEEKING);
        assertThat(counted).isNotEmpty().containsOnly(RejectReason.FOREIGN_CLUSTER);
        assertThat(here.members())
                .extracting(Member::origin)
                .containsExactly(here.self().origin());
    }

    @Test
    void aSeedThatIsAnotherNameOfALinkedMemberCostsNoLink() {
        Grapevine first = keep(Grapevine.builder("test").bind("0.0.0.0:0").advertise("127.0.0.1"));
        first.start().block(PATIENCE);
        List<Integer> links = Collections.synchronizedList(new ArrayList<>());
        List<RejectReason> refused = Collections.synchronizedList(new ArrayList<>());
        Grapevine second = keep(Grapevine.builder("test")
                .bind("127.0.0.1:0")
                .seeds("127.0.0.2:" + first.self().address().port()) // loopback too
                .settings(LoopbackClusterTest::retryingEveryFewMilliseconds)
                .observer(new GrapevineObserver() {
                    @Override
                    public void linksChanged(int count) {
                        links.add(count);
                    }

                    @Override
                    public void rejected(RejectReason reason, String detail) {
                        refused.add(reason);
                    }
                }));
        second.start().block(PATIENCE);
        Flux.interval(Duration.ofMillis(10))
                .takeUntil(tick -> refused.size() >= 3)
                .blockLast(PATIENCE);
        assertThat(refused).containsOnly(RejectReason.DUPLICATE_LINK);
        assertThat(links).as("opened once, never replaced").containsExactly(1);
        awaitSizes(List.of(first, second), 2);
    }

    @Test
    void everyAddressOfANameIsASeedThoughOneOfThemIsItsOwn() {
        // 127.0.0.1 and, where there is IPv6, ::1: the name of a service leads to its own instance as well.
        Grapevine first = node();
        first.start().block(PATIENCE);
        Grapevine second = node("localhost:" + first.self().address().port());
        second.start().block(PATIENCE);
        awaitSizes(List.of(first, second), 2);
    }

    @Test
    void seedsThatAProviderNamesLaterAreFound() {
        Grapevine first = node();
        first.start().block(PATIENCE);
        AtomicInteger asked = new AtomicInteger();
        Grapevine second = keep(Grapevine.builder("test").bind("127.0.0.1:0").seedProvider(new SeedProvider() {
            @Override
            public Mono<List<String>> seeds() {
                return switch (asked.getAndIncrement()) {
                    case 0 -> Mono.empty();
                    case 1 -> Mono.error(new IllegalStateException("the registry is away"));
                    default -> Mono.just(List.of(address(first)));
                };
            }

            @Override
            public Duration refresh() {
                return Duration.ofMillis(1); // at least 1 s is waited all the same
            }
        }));
        StepVerifier.create(second.joinState().takeUntil(JoinState.JOINED::equals))
                .then(() -> second.start().block(PATIENCE))
                .thenConsumeWhile(JoinState.JOINING::equals) // may be conflated with what follows
                .expectNext(JoinState.SEEKING, JoinState.JOINED)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(asked.get()).isEqualTo(3);
    }

    private static NodeSettings retryingEveryFewMilliseconds(NodeSettings settings) {
        return settings.withOverlay(
                overlay -> overlay.withRetryMin(Duration.ofMillis(1)).withRetryMax(Duration.ofMillis(10)));
    }

    @Test
    void aPortInUseIsAnErrorThatNamesItAndTheNodeCanBindOnceItIsFree() throws Exception {
        Grapevine node;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            node = keep(Grapevine.builder("test").bind(address));
            StepVerifier.create(node.start())
                    .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining(address))
                    .verify(PATIENCE);
            assertThat(node.state()).isEqualTo(NodeState.NEW);
        }
        node.start().block(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.JOINED);
    }

    @Test
    void badAddressesFailAtTheCall() {
        GrapevineBuilder builder = Grapevine.builder("test");
        assertThatThrownBy(() -> builder.bind("127.0.0.1:99999"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99999");
        assertThatThrownBy(() -> builder.seeds("a b:1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.seeds("host:port"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port");
    }

    @Test
    void leavingIsConfirmedByThePeersAndStoppingGivesEverythingBack() {
        started(2);
        Set<Thread> before = threads();
        Grapevine leaver = node(address(nodes.get(0)));
        leaver.start().block(PATIENCE);
        awaitSizes(nodes, 3);
        Set<Thread> threadsOfLeaver = threads();
        threadsOfLeaver.removeAll(before);
        assertThat(threadsOfLeaver).extracting(Thread::getName).contains("grapevine-test");
        StepVerifier.create(nodes.get(0)
                        .membership()
                        .filter(event -> event.member().equals(leaver.self()))
                        .map(event -> event.type().toString())
                        .take(2))
                .expectNext("JOINED")
                .then(() -> leaver.stop().block(PATIENCE))
                .expectNext("LEFT")
                .expectComplete()
                .verify(PATIENCE);
        assertThat(leaver.state()).isEqualTo(NodeState.STOPPED);
        // Awaited, because a thread whose end has been asked for is there a moment longer.
        Flux.interval(Duration.ofMillis(10))
                .takeWhile(tick -> threadsOfLeaver.stream().anyMatch(Thread::isAlive))
                .blockLast(PATIENCE);
    }

    private static Set<Thread> threads() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(thread -> !thread.getName().startsWith("grapevine-test"));
        return all;
    }
}
