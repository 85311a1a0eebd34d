package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.LaneWeights;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.LinkRefusedException;
import dev.grapevine.wire.Hello;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

class SimulatedNetworkTest {

    private static final LinkLimits LIMITS = new LinkLimits(
            1 << 20,
            64 << 10,
            8,
            2 << 20,
            LaneWeights.DEFAULT,
            4,
            8,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(15));

    private final SimulationScheduler scheduler = new SimulationScheduler(7);
    private final SimulatedNetwork network = new SimulatedNetwork(
            scheduler, new SimulationRandom(7), LIMITS, new SimulationTrace(), FrameCarrier.encoding());
    private final Faults faults = new Faults(network, new FaultLog(), new Nodes());
    private final List<Link> accepted = new ArrayList<>();
    private final List<Object> dialled = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private @Nullable DialFailure verdict;

    @Test
    void aDialGivesALinkToBothSides() {
        Link link = connect(0, 1);
        assertThat(link.dialled()).isTrue();
        assertThat(link.remote()).isEqualTo(hello(1));
        assertThat(accepted).singleElement().satisfies(other -> {
            assertThat(other.dialled()).isFalse();
            assertThat(other.remote()).isEqualTo(hello(0));
        });
    }

    @Test
    void withoutFaultsALaneKeepsItsOrderAndLosesNothing() {
        faults.latency(Duration.ofMillis(1), Duration.ofMillis(50));
        List<String> received = received(connect(0, 1));
        send(accepted.get(0), 1000);
        scheduler.advanceBy(Duration.ofSeconds(30));
        assertThat(received).containsExactlyElementsOf(numbers(1000));
    }

    @Test
    void onALimitedLinkEndlessControlAndEndlessDataShareTheBytesByWeight() {
        Link link = connect(0, 1);
        faults.bandwidth(1_000_000);
        Flux<List<Frame>> endless = Flux.generate(sink -> sink.next(List.of(frame(1))));
        link.send(Lane.CONTROL, endless.map(batch -> Collections.nCopies(1900, batch.get(0))))
                .subscribe();
        link.send(Lane.DATA, endless.map(batch -> Collections.nCopies(2000, batch.get(0))))
                .subscribe();
        Map<Integer, Integer> received = new TreeMap<>();
        accepted.get(0).receive().subscribe(batch -> received.merge(batch.size(), batch.size(), Integer::sum));

        scheduler.advanceBy(Duration.ofSeconds(30));

        int bytes = frame(1).size();
        assertThat((received.get(1900) + received.get(2000)) * bytes).isBetween(25_000_000, 30_000_000);
        assertThat(received.get(1900) / (double) received.get(2000)).isBetween(1.8, 2.2);
    }

    @Test
    void aPublisherIsAskedForNoMoreThanThePeerConsumes() {
        Link link = connect(0, 1);
        Sinks.Many<List<Frame>> source = Sinks.many().unicast().onBackpressureBuffer();
        List<Long> requested = new ArrayList<>();
        link.send(Lane.DATA, source.asFlux().doOnRequest(requested::add)).subscribe();
        for (int i = 0; i < 100; i++) {
            source.tryEmitNext(List.of(frame(i))).orThrow();
        }
        scheduler.advanceBy(Duration.ofSeconds(1));
        assertThat(requested).containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L);
        List<String> received = new ArrayList<>();
        accepted.get(0).receive().subscribe(batch -> received.add(name(batch.get(0))));
        scheduler.advanceBy(Duration.ofSeconds(1));
        assertThat(received).hasSize(100);
    }

    @Test
    void nothingListeningIsRefusedAndNoSuchHostIsUnreachable() {
        bind(0);
        network.addHost(address(1));
        assertThat(dialFailure(0, address(1))).isEqualTo(DialFailure.CONNECTION_REFUSED);
        assertThat(dialFailure(0, address(9))).isEqualTo(DialFailure.UNREACHABLE);
    }

    @Test
    void aRefusedHelloIsCountedThereAndToldHere() {
        bind(0);
        bind(1);
        verdict = DialFailure.FOREIGN_CLUSTER;
        assertThat(dialFailure(0, address(1))).isEqualTo(DialFailure.FOREIGN_CLUSTER);
        assertThat(rejected).containsExactly("FOREIGN_CLUSTER");
    }

    @Test
    void aConnectionBeyondTheLimitIsRefused() {
        for (int i = 0; i < 6; i++) {
            bind(i);
        }
        for (int i = 1; i < 5; i++) {
            dial(i, address(0));
        }
        assertThat(accepted).hasSize(4);
        assertThat(dialFailure(5, address(0))).isEqualTo(DialFailure.NOT_READY);
        assertThat(rejected).containsExactly("TOO_MANY_CONNECTIONS", "NOT_READY");
    }

    @Test
    void aShortPartitionHoldsUpWhatIsSentAndLosesNothing() {
        List<String> received = received(connect(0, 1));
        Partition partition = faults.partition(Set.of(0), Set.of(1));
        send(accepted.get(0), 5);
        scheduler.advanceBy(Duration.ofSeconds(5));
        assertThat(received).isEmpty();
        assertThat(dialFailure(0, address(1))).isEqualTo(DialFailure.TIMEOUT);
        partition.heal();
        scheduler.advanceBy(Duration.ofSeconds(30));
        assertThat(received).containsExactlyElementsOf(numbers(5));
    }

    @Test
    void aLongPartitionEndsTheLinkAsSilentOnBothSides() {
        Link link = connect(0, 1);
        List<String> ends = ends(link, accepted.get(0));
        faults.partition(Set.of(0), Set.of(1));
        scheduler.advanceBy(Duration.ofSeconds(12));
        assertThat(ends).isEmpty();
        scheduler.advanceBy(Duration.ofSeconds(4));
        assertThat(ends).containsExactlyInAnyOrder("dialled SILENT", "accepted SILENT");
        assertThat(network.hosts()).allMatch(host -> host.ends().isEmpty());
    }

    @Test
    void aOneWayPartitionStopsOneDirectionOnly() {
        List<String> atDialler = received(connect(0, 1));
        List<String> atAcceptor = received(accepted.get(0));
        faults.partitionOneWay(Set.of(0), Set.of(1));
        send(accepted.get(0), 3);
        send((Link) dialled.get(0), 3);
        scheduler.advanceBy(Duration.ofSeconds(5));
        assertThat(atDialler).hasSize(3);
        assertThat(atAcceptor).isEmpty();
    }

    @Test
    void aCrashBreaksTheLinksOfThePeersAfterOneLatency() {
        Link link = connect(0, 1);
        List<String> ends = ends(link, accepted.get(0));
        faults.crash(1);
        scheduler.advanceBy(Duration.ofMillis(1));
        assertThat(ends).containsExactly("dialled LOST");
        assertThat(dialFailure(0, address(1))).isEqualTo(DialFailure.CONNECTION_REFUSED);
    }

    @Test
    void closingOneSideIsALossAtTheOther() {
        Link link = connect(0, 1);
        List<String> ends = ends(link, accepted.get(0));
        link.close();
        scheduler.advanceBy(Duration.ofMillis(1));
        assertThat(ends).containsExactly("dialled LOCAL", "accepted LOST");
    }

    @Test
    void aStalledPeerKeepsItsLinksAndReadsLater() {
        List<String> received = received(connect(0, 1));
        send(accepted.get(0), 4);
        faults.stall(0, Duration.ofSeconds(3));
        scheduler.advanceBy(Duration.ofMillis(2_900));
        assertThat(received).isEmpty();
        scheduler.advanceBy(Duration.ofMillis(200));
        assertThat(received).hasSize(4);
    }

    @Test
    void lossDuplicationAndReorderingAreWhatTheySay() {
        List<String> received = received(connect(0, 1));
        faults.loss(0.3);
        send(accepted.get(0), 1000);
        scheduler.advanceBy(Duration.ofSeconds(30));
        assertThat(received).hasSizeBetween(600, 800).isSortedAccordingTo(SimulatedNetworkTest::byNumber);
        received.clear();
        faults.heal().duplication(0.5);
        sendMore(1000);
        assertThat(received).hasSizeBetween(1400, 1600);
        assertThat(new TreeSet<>(received)).hasSize(1000);
        received.clear();
        faults.heal().reordering(0.2);
        sendMore(1000);
        assertThat(received).hasSize(1000).isNotEqualTo(numbers(1000));
        assertThat(new TreeSet<>(received)).hasSize(1000);
    }

    private final Sinks.Many<List<Frame>> more = Sinks.many().unicast().onBackpressureBuffer();
    private boolean sending;

    private void sendMore(int count) {
        if (!sending) {
            sending = true;
            accepted.get(0).send(Lane.BULK, more.asFlux()).subscribe();
        }
        for (int i = 0; i < count; i++) {
            more.tryEmitNext(List.of(frame(i))).orThrow();
        }
        scheduler.advanceBy(Duration.ofSeconds(30));
    }

    private static int byNumber(String one, String other) {
        return Integer.compare(Integer.parseInt(one), Integer.parseInt(other));
    }

    private static void send(Link link, int count) {
        link.send(Lane.DATA, Flux.range(0, count).map(i -> List.of(frame(i)))).subscribe();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static Frame frame(int number) {
        return new AntiEntropyFrame.StateOffer(Integer.toString(number));
    }

    private static String name(Frame frame) {
        return ((AntiEntropyFrame) frame).store();
    }

    private static List<String> received(Link link) {
        List<String> received = new ArrayList<>();
        link.receive().subscribe(batch -> batch.forEach(frame -> received.add(name(frame))));
        return received;
    }

    private static List<String> ends(Link dialled, Link accepted) {
        List<String> ends = new ArrayList<>();
        dialled.onClose().subscribe(loss -> ends.add("dialled " + loss));
        accepted.onClose().subscribe((LinkLoss loss) -> ends.add("accepted " + loss));
        return ends;
    }

    private Link connect(int from, int to) {
        bind(from);
        bind(to);
        return (Link) dial(from, address(to));
    }

    private DialFailure dialFailure(int from, Address to) {
        return ((LinkRefusedException) dial(from, to)).failure();
    }

    private Object dial(int from, Address to) {
        int before = dialled.size();
        Endpoint endpoint = (Endpoint) network.hosts().get(from).door();
        endpoint.connect(to).subscribe(dialled::add, dialled::add);
        scheduler.advanceBy(Duration.ofMillis(5_500));
        assertThat(dialled).hasSize(before + 1);
        return dialled.get(before);
    }

    private void bind(int node) {
        SimulatedHost host = network.addHost(address(node));
        new SimulatedTransport(network, host)
                .bind(host.address(), new Door(node))
                .flatMapMany(Endpoint::accepted)
                .subscribe(accepted::add);
        scheduler.advanceBy(Duration.ZERO);
    }

    private static Address address(int node) {
        return new Address("node-" + node, 7946);
    }

    private static Hello hello(int node) {
        Member member = new Member(new Origin(new MemberId(0, node), 1), "node-" + node, address(node), "", Map.of());
        return new Hello("test", 1, 1, member);
    }

    private final class Door implements Handshake {
        private final int node;

        Door(int node) {
            this.node = node;
        }

        @Override
        public Hello hello() {
            return SimulatedNetworkTest.hello(node);
        }

        @Override
        public @Nullable DialFailure judge(Hello remote, boolean dialled) {
            return verdict;
        }

        @Override
        public void rejected(RejectReason reason, String detail) {
            rejected.add(reason.name());
        }
    }

    private final class Nodes implements NodeControl {
        @Override
        public boolean isRunning(int node) {
            return !network.hosts().get(node).process().isKilled();
        }

        @Override
        public void crash(int node) {
            network.crash(network.hosts().get(node));
        }

        @Override
        public void restart(int node) {
            network.hosts().get(node).reborn(scheduler.process("node " + node));
        }
    }
}
