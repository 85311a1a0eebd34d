package dev.grapevine.protocol;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Many members made of whole cores on a seeded network in virtual time, which carries what they say of membership and links,
 * and more if it is told to.
 */
final class CoreNetwork {

    private static final Duration SILENT_AFTER = Duration.ofSeconds(2);
    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(1);

    private record Task(long at, long serial, Runnable action) {}

    /** A change of somebody's view. */
    record Change(long at, Node observer, Origin subject, MemberStatus status) {}

    final SplittableRandom random;
    final List<Node> nodes = new ArrayList<>();
    final List<Change> changes = new ArrayList<>();
    private final NodeSettings settings;
    private final Consumer<Change> watcher;
    private final TreeMap<Address, Node> running = new TreeMap<>();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::serial));
    private Function<String, Map<String, String>> labels = name -> Map.of();
    private BiPredicate<Node, Node> cut = (a, b) -> false;
    private Predicate<Frame> carried = frame -> frame instanceof MembershipFrame || frame instanceof OverlayFrame;
    private long serial;
    private long clock;
    long dials;

    /** Keeps all changes. */
    CoreNetwork(long seed, NodeSettings settings) {
        this.random = new SplittableRandom(seed);
        this.settings = settings;
        this.watcher = changes::add;
    }

    /** Keeps no changes, of which there are n^2 when n members start. */
    CoreNetwork(long seed, NodeSettings settings, Consumer<Change> watcher) {
        this.random = new SplittableRandom(seed);
        this.settings = settings;
        this.watcher = watcher;
    }

    final class Node {
        final int number;
        final Member member;
        final NodeCore core;

        /** Peers, with when the last frame to each arrives: frames of a link keep their order. */
        final TreeMap<Origin, Node> links = new TreeMap<>();

        private final TreeMap<Origin, Long> lastArrival = new TreeMap<>();
        private final Deque<Input> inputs = new ArrayDeque<>();
        private boolean stepping;
        boolean isRunning = true;

        Node(int number) {
            this.number = number;
            Origin origin = new Origin(new MemberId(random.nextLong(), number), 1);
            this.member = new Member(origin, "n" + number, address(number), "", labels.apply("n" + number));
            this.core = new NodeCore(member, settings, random.split(), time());
        }

        Origin origin() {
            return member.origin();
        }

        TreeSet<Origin> present() {
            return new TreeSet<>(core.present().keySet());
        }

        void kill() {
            isRunning = false;
            running.remove(member.address());
            for (Node peer : List.copyOf(links.values())) {
                after(latency(), () -> peer.linkDown(this, LinkLoss.LOST));
            }
            links.clear();
        }

        void step(Input input) {
            if (isRunning) {
                inputs.add(input);
            }
            if (stepping) {
                return;
            }
            stepping = true;
            for (Input next = inputs.poll(); next != null; next = inputs.poll()) {
                core.step(next, time()).forEach(this::carryOut);
            }
            stepping = false;
        }

        private void carryOut(Effect effect) {
            if (effect instanceof Effect.Send send) {
                transmit(this, send.to(), send.frame());
            } else if (effect instanceof Effect.Dial dial) {
                dials++;
                after(latency(), () -> connect(this, dial.address()));
            } else if (effect instanceof Effect.Close close) {
                Node peer = links.get(close.peer());
                if (peer != null) {
                    inOrder(this, peer, () -> peer.linkDown(this, LinkLoss.LOST));
                    linkDown(peer, LinkLoss.LOCAL);
                }
            } else if (effect instanceof Effect.MemberChanged changed) {
                watcher.accept(new Change(clock, this, changed.member().origin(), changed.status()));
            }
        }

        private void linkDown(Node peer, LinkLoss cause) {
            if (links.remove(peer.origin(), peer)) {
                step(new Input.LinkDown(peer.origin(), cause));
            }
        }

        private void tick() {
            if (isRunning) {
                step(new Input.Tick());
                after(settings.tickInterval().toNanos(), this::tick);
            }
        }

        @Override
        public String toString() {
            return member.name();
        }
    }

    /** Those that start from now on have these labels, by their names. */
    void label(Function<String, Map<String, String>> labelsOf) {
        labels = labelsOf;
    }

    /** Starts this many members at once, with these as their seeds. */
    void start(int count, Address... seeds) {
        for (int i = 0; i < count; i++) {
            Node node = new Node(nodes.size());
            nodes.add(node);
            running.put(node.member.address(), node);
            after(random.nextLong(settings.tickInterval().toNanos()), () -> {
                node.step(new Input.Join(List.of(seeds), false));
                node.tick();
            });
        }
    }

    /** Starts this many members, each at a moment of its own within so long, with these as their seeds. */
    void startWithin(Duration spread, int count, Address... seeds) {
        for (int i = 0; i < count; i++) {
            after(random.nextLong(spread.toNanos()), () -> {
                Node node = new Node(nodes.size());
                nodes.add(node);
                running.put(node.member.address(), node);
                node.step(new Input.Join(List.of(seeds), false));
                node.tick();
            });
        }
    }

    static Address address(int number) {
        return new Address("host", 7000 + number);
    }

    long clock() {
        return clock;
    }

    List<Node> running() {
        return nodes.stream().filter(node -> node.isRunning).toList();
    }

    /** From now on frames get through of which this says so; it is asked once for each frame and receiver. */
    void carry(Predicate<Frame> frames) {
        carried = frames;
    }

    /** Nothing gets through between these any more, in both directions. */
    void cut(BiPredicate<Node, Node> between) {
        cut = (a, b) -> between.test(a, b) || between.test(b, a);
        after(SILENT_AFTER.toNanos(), this::breakSilentLinks);
    }

    void heal() {
        cut = (a, b) -> false;
    }

    void run(Duration time) {
        long until = clock + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at() <= until) {
            Task task = tasks.poll();
            clock = task.at();
            task.action().run();
        }
        clock = until;
    }

    /** How many of these do not see exactly these. */
    static long disagreeing(List<Node> members) {
        TreeSet<Origin> expected = new TreeSet<>();
        members.forEach(node -> expected.add(node.origin()));
        return members.stream().filter(node -> !sees(node, expected)).count();
    }

    /** Whether all of these see exactly these; numbers first, or it would cost more than all that is simulated. */
    static boolean agree(List<Node> members) {
        return members.stream().allMatch(node -> node.core.present().size() == members.size())
                && disagreeing(members) == 0;
    }

    /** Both are in the order of the origins: nobody has to be searched for. */
    private static boolean sees(Node node, TreeSet<Origin> expected) {
        Map<Origin, Member> present = node.core.present();
        if (present.size() != expected.size()) {
            return false;
        }
        Iterator<Origin> seen = present.keySet().iterator();
        return expected.stream()
                .allMatch(origin -> seen.hasNext() && seen.next().equals(origin));
    }

    /** How many can be reached over links from the first of these, itself included. */
    static int reachable(List<Node> members) {
        TreeMap<Origin, Node> seen = new TreeMap<>();
        Deque<Node> open = new ArrayDeque<>(members.subList(0, 1));
        seen.put(members.get(0).origin(), members.get(0));
        while (!open.isEmpty()) {
            for (Node peer : open.remove().links.values()) {
                if (peer.isRunning && seen.putIfAbsent(peer.origin(), peer) == null) {
                    open.add(peer);
                }
            }
        }
        return seen.size();
    }

    private Time time() {
        return new Time(clock, clock / 1_000_000);
    }

    private void transmit(Node from, Origin to, Frame frame) {
        Node peer = from.links.get(to);
        if (peer == null || !carried.test(frame)) {
            return;
        }
        if (!cut.test(from, peer)) {
            inOrder(from, peer, () -> {
                if (peer.links.get(from.origin()) == from) {
                    peer.step(new Input.Received(from.origin(), List.of(frame)));
                }
            });
        }
    }

    private void inOrder(Node from, Node to, Runnable arrival) {
        long at = Math.max(clock + latency(), from.lastArrival.getOrDefault(to.origin(), 0L));
        from.lastArrival.put(to.origin(), at);
        tasks.add(new Task(at, serial++, arrival));
    }

    private void connect(Node dialler, Address address) {
        Node target = running.get(address);
        if (target == null) {
            fail(dialler, address, DialFailure.CONNECTION_REFUSED, latency());
        } else if (cut.test(dialler, target)) {
            fail(dialler, address, DialFailure.TIMEOUT, DIAL_TIMEOUT.toNanos());
        } else if (target == dialler) {
            fail(dialler, address, DialFailure.SELF, latency());
        } else if (dialler.links.containsKey(target.origin()) || target.links.containsKey(dialler.origin())) {
            fail(dialler, address, DialFailure.DUPLICATE, latency());
        } else if (dialler.isRunning) {
            dialler.links.put(target.origin(), target);
            target.links.put(dialler.origin(), dialler);
            linkUp(dialler, target, address);
            linkUp(target, dialler, null);
        }
    }

    private static void linkUp(Node node, Node peer, @Nullable Address dialled) {
        node.step(new Input.LinkUp(peer.member, dialled));
    }

    private void fail(Node dialler, Address address, DialFailure cause, long wait) {
        after(wait, () -> dialler.step(new Input.DialFailed(address, cause)));
    }

    private void breakSilentLinks() {
        for (Node a : running()) {
            for (Node b : List.copyOf(a.links.values())) {
                if (cut.test(a, b)) {
                    a.linkDown(b, LinkLoss.SILENT);
                    b.linkDown(a, LinkLoss.SILENT);
                }
            }
        }
    }

    private long latency() {
        return 200_000 + random.nextLong(800_000);
    }

    private void after(long nanos, Runnable action) {
        tasks.add(new Task(clock + nanos, serial++, action));
    }
}
