package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.VirtualTime;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.protocol.step.TopicPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A few cores on a network in virtual time that loses, repeats and reorders frames and cuts links, until it is healed. Now and
 * then one of them goes at another pace.
 * Every effect of every step goes to the {@link DeliveryRecord}, which knows what is allowed.
 */
final class LossyMesh {

    private static final List<String> PLAIN = List.of("topic-0", "topic-1", StreamName.critical("topic-1"));

    private static final long MILLI = 1_000_000;
    private static final long TICK = 50 * MILLI;

    private final RandomGenerator random;
    private final List<String> topics;
    private final DisseminationSettings settings;
    private final List<Node> nodes = new ArrayList<>();
    private final VirtualTime time = new VirtualTime();
    private final Map<String, Link> links = new HashMap<>();
    private final DeliveryRecord record;
    private final ReplayRecord replays;
    private final CausalRecord causes;
    private final double loss;
    private final double duplication;
    private final double reordering;
    private final boolean isSparse;
    private boolean healed;
    private long requests;

    LossyMesh(long seed, int size) {
        this(new SplittableRandom(seed), size, size, false, false, PLAIN, false);
    }

    /** Members that publish large messages among the others, and have room for some of them. */
    static LossyMesh withLarge(long seed, int size) {
        return new LossyMesh(new SplittableRandom(seed), size, size, false, true, PLAIN, false);
    }

    /**
     * Members that are all linked and publish to one topic.
     *
     * @param seed of all chance
     * @param size how many
     * @param topic to which all of them publish
     * @param retainsAll whether nothing is given up for want of room, and so all of it has to arrive
     * @param isRoomy whether there is much room for what is held back
     */
    static LossyMesh of(long seed, int size, String topic, boolean retainsAll, boolean isRoomy) {
        return new LossyMesh(new SplittableRandom(seed), size, size, retainsAll, false, List.of(topic), isRoomy);
    }

    /**
     * Members of which each has a few links and forwards; they have known each other for a while.
     *
     * @param seed of all chance
     * @param size how many
     * @param degree how many links each has, or one or two more
     * @param retainsAll whether nothing is given up for want of room, and so all of it has to arrive
     * @param withLarge whether large messages are published among the others
     */
    static LossyMesh sparse(long seed, int size, int degree, boolean retainsAll, boolean withLarge) {
        return new LossyMesh(new SplittableRandom(seed), size, degree, retainsAll, withLarge, PLAIN, false)
                .forwarding();
    }

    /** The same, where all publish to one topic, and there is much room for what is held back or little. */
    static LossyMesh sparse(
            long seed, int size, int degree, String topic, boolean retainsAll, boolean withLarge, boolean isRoomy) {
        return new LossyMesh(new SplittableRandom(seed), size, degree, retainsAll, withLarge, List.of(topic), isRoomy)
                .forwarding();
    }

    private LossyMesh forwarding() {
        for (Node node : nodes) {
            node.core.partial(true, node.time(), node.effects::add);
            nodes.stream().filter(peer -> peer != node).forEach(peer -> record.met(node.origin, peer.origin));
        }
        runMillis(Limits.FIRST_LINKS_NANOS / MILLI + 2000);
        return this;
    }

    private LossyMesh(
            RandomGenerator random,
            int size,
            int degree,
            boolean retainsAll,
            boolean withLarge,
            List<String> topics,
            boolean isRoomy) {
        this.random = random;
        this.topics = topics;
        boolean isPlain = topics == PLAIN;
        DisseminationSettings small = withLarge ? bounds(4 * Limits.LARGE_BYTES) : bounds(0);
        DisseminationSettings bounds = retainsAll ? small.withRetainedBytes(1 << 26) : small;
        this.settings = isRoomy ? bounds.withReorderBytes(1 << 24).withReorderMessages(1 << 14) : bounds;
        this.isSparse = degree < size;
        this.record = new DeliveryRecord(
                retainsAll ? 1 << 26 : isSparse || !isPlain ? 0 : settings.retainedBytes(), withLarge);
        this.causes = new CausalRecord(record, isRoomy);
        this.replays = new ReplayRecord(record, retainsAll || !isSparse);
        this.loss = random.nextInt(3) * 0.1;
        this.duplication = random.nextInt(3) * 0.1;
        this.reordering = random.nextInt(3) * 0.1;
        for (int i = 0; i < size; i++) {
            Node node = new Node(Fixture.origin(i + 1), i);
            nodes.add(node);
            time.after(random.nextLong(TICK), node::tick);
        }
        for (int a = 0; a < size; a++) {
            for (int b = a + 1; b < size; b++) {
                boolean isNext = b == a + 1 || (a == 0 && b == size - 1);
                if (isSparse && !isNext && random.nextInt(size - 3) >= degree - 2) {
                    continue;
                }
                Link link = new Link(nodes.get(a), nodes.get(b));
                links.put(a + "-" + b, link);
                time.after(random.nextLong(1000 * MILLI), link::up);
            }
        }
    }

    /** As it is set or, in half of the cases, what losses, a long way or a budget make of it. */
    private TopicPace anyPace() {
        Duration digests = Duration.ofMillis(random.nextLong(150, 1_500));
        Duration retry = Duration.ofMillis(random.nextLong(150, 1_500));
        boolean hasBudget = random.nextBoolean();
        return random.nextBoolean()
                ? DisseminationCore.setPace(settings)
                : new TopicPace(
                        digests,
                        retry,
                        hasBudget ? 4_000 : 0,
                        hasBudget ? random.nextLong(30_000, 1_000_000) : 0,
                        hasBudget ? 64 << 10 : 0,
                        Set.of());
    }

    /** Small ones, with room for a few messages of a length besides. */
    private DisseminationSettings bounds(long length) {
        return Fixture.bounds(
                Limits.MESSAGE_OVERHEAD * random.nextLong(4, 200) + length * random.nextLong(2, 9),
                random.nextInt(2, 40),
                random.nextLong(200, 4000) + length * random.nextLong(0, 3),
                64);
    }

    DeliveryRecord record() {
        return record;
    }

    ReplayRecord replays() {
        return replays;
    }

    CausalRecord causes() {
        return causes;
    }

    long requests() {
        return requests;
    }

    /** Publications and faults for a while. */
    void chaos(long millis) {
        long end = time.now() + millis * MILLI;
        while (time.now() < end) {
            run(random.nextLong(20 * MILLI));
            Node node = nodes.get(random.nextInt(nodes.size()));
            if (node.isOver) {
                continue;
            }
            node.publish(topics.get(random.nextInt(topics.size())), random.nextInt(1, 12));
            if (random.nextInt(25) == 0) {
                anyLink().cut();
            }
            if (random.nextInt(25) == 0) {
                node.core.pace(anyPace());
            }
            if (topics == PLAIN && random.nextInt(25) == 0) {
                node.subscribe(PLAIN.get(random.nextInt(2)));
            }
        }
    }

    /**
     * A member that is new: some know it at once, the others hear of it after a while, and it is one that publishes right away.
     * Where links are few.
     */
    void join() {
        Node newcomer = new Node(Fixture.origin(nodes.size() + 1), nodes.size());
        List<Node> peers = new ArrayList<>(nodes);
        peers.removeIf(peer -> peer.isOver);
        nodes.add(newcomer);
        newcomer.core.partial(true, newcomer.time(), newcomer.effects::add);
        record.joins(newcomer.origin);
        causes.joins(newcomer.origin);
        for (Node peer : peers) {
            record.met(newcomer.origin, peer.origin);
            peer.gone.add(newcomer.origin);
            time.after(random.nextLong(1500 * MILLI), () -> peer.gone.remove(newcomer.origin));
        }
        for (int i = 0; i < 3; i++) {
            Node peer = peers.remove(random.nextInt(peers.size()));
            Link link = new Link(peer, newcomer);
            links.put(peer.index + "-" + newcomer.index, link);
            time.after(random.nextLong(200 * MILLI), link::up);
        }
        time.after(random.nextLong(TICK), newcomer::tick);
        time.after(200 * MILLI, () -> newcomer.publish(topics.get(0), 1));
    }

    /** A member is gone for good, which the others notice after a while. Where links are few. */
    void leave() {
        Node leaver = nodes.get(random.nextInt(nodes.size()));
        leaver.isOver = true;
        record.leaves(leaver.origin);
        links.values().forEach(link -> link.end(leaver));
        links.values().removeIf(link -> link.joins(leaver));
        for (Node peer : nodes) {
            time.after(200 * MILLI + random.nextLong(2000 * MILLI), () -> peer.isLeft(leaver));
        }
    }

    /** No more faults, and all links up. */
    void heal() {
        healed = true;
        links.values().forEach(Link::restore);
    }

    void run(long nanos) {
        time.run(Duration.ofNanos(nanos));
    }

    void runMillis(long millis) {
        run(millis * MILLI);
    }

    private Link anyLink() {
        Link link = null;
        while (link == null) {
            int a = random.nextInt(nodes.size() - 1);
            link = links.get(a + "-" + random.nextInt(a + 1, nodes.size()));
        }
        return link;
    }

    private Link link(Node a, Node b) {
        return links.get(Math.min(a.index, b.index) + "-" + Math.max(a.index, b.index));
    }

    private final class Link {
        private final Node a;
        private final Node b;
        private final Map<String, Long> lastArrival = new HashMap<>();
        private boolean up;
        private int generation;

        Link(Node a, Node b) {
            this.a = a;
            this.b = b;
        }

        boolean joins(Node node) {
            return a == node || b == node;
        }

        /** One of the two is no more. */
        void end(Node node) {
            if (joins(node)) {
                boolean wasUp = up;
                up = false;
                generation++;
                if (wasUp) {
                    (a == node ? b : a).linkDown(node);
                }
            }
        }

        void up() {
            if (!up && !a.isOver && !b.isOver) {
                up = true;
                boolean aFirst = random.nextBoolean();
                (aFirst ? a : b).linkUp(aFirst ? b : a);
                (aFirst ? b : a).linkUp(aFirst ? a : b);
            }
        }

        /** Down at both ends, for a shorter or longer while; after a longer one an end may take the other for gone. */
        void cut() {
            if (up) {
                up = false;
                generation++;
                lastArrival.clear();
                a.linkDown(b);
                b.linkDown(a);
                if (!isSparse && random.nextInt(3) == 0) {
                    a.gone(b);
                }
                if (!isSparse && random.nextInt(3) == 0) {
                    b.gone(a);
                }
                time.after(random.nextLong(1500 * MILLI), this::up);
            }
        }

        void restore() {
            up();
        }

        void carry(Node from, Node to, Lane lane, DisseminationFrame frame) {
            if (!up || !healed && random.nextDouble() < loss) {
                return;
            }
            long arrival = time.now() + MILLI + random.nextLong(10 * MILLI);
            if (!healed && random.nextDouble() < reordering) {
                arrival += random.nextLong(100 * MILLI);
            } else {
                arrival = Math.max(arrival, lastArrival.getOrDefault(from.index + "/" + lane, 0L));
                lastArrival.put(from.index + "/" + lane, arrival);
            }
            deliver(arrival, from, to, frame);
            if (!healed && random.nextDouble() < duplication) {
                deliver(arrival + random.nextLong(50 * MILLI), from, to, frame);
            }
        }

        private void deliver(long arrival, Node from, Node to, DisseminationFrame frame) {
            int sentOn = generation;
            time.at(arrival, () -> {
                if (sentOn == generation) {
                    to.receive(from, frame);
                }
            });
        }
    }

    private final class Node {
        private final Origin origin;
        private final int index;
        private final DisseminationCore core;
        private final List<Effect> effects = new ArrayList<>();
        private final Set<Origin> gone = new HashSet<>();
        private boolean isOver;

        Node(Origin origin, int index) {
            this.origin = origin;
            this.index = index;
            this.core = new DisseminationCore(
                    origin, settings, new SplittableRandom(random.nextLong()), peer -> !gone.contains(peer));
        }

        void tick() {
            if (isOver) {
                return;
            }
            core.tick(time(), effects::add);
            carryOut(null);
            time.after(TICK, this::tick);
        }

        void publish(String topic, int count) {
            long first = record.lastPublished(origin, topic) + 1;
            List<Bytes> payloads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                payloads.add(record.payload(origin, topic, first + i));
            }
            record.published(origin, topic, payloads);
            causes.published(origin, first, count, time.now());
            core.publish(topic, payloads, time(), effects::add);
            carryOut(null);
        }

        void linkUp(Node peer) {
            gone.remove(peer.origin);
            if (!isSparse) {
                record.met(origin, peer.origin);
            }
            record.linked(origin);
            core.linkUp(peer.origin, time(), effects::add);
            carryOut(null);
        }

        void subscribe(String topic) {
            long subscription = replays.begins(origin, topic);
            core.replay(new Input.Replay(subscription, topic), time(), effects::add);
            carryOut(null);
        }

        private void takeMore(Effect.ReplayWaits waits) {
            int room = random.nextInt(1, 40);
            time.after(random.nextLong(30 * MILLI), () -> {
                core.replay(new Input.ReplayRoom(waits.subscription(), room), time(), effects::add);
                carryOut(null);
            });
        }

        void linkDown(Node peer) {
            core.linkDown(peer.origin, time(), effects::add);
            carryOut(null);
        }

        void gone(Node peer) {
            record.forgot(origin, peer.origin);
            gone.add(peer.origin);
            core.memberGone(peer.origin, time(), effects::add);
            carryOut(peer.origin);
        }

        void isLeft(Node peer) {
            if (!isOver && peer != this) {
                gone.add(peer.origin);
                core.memberGone(peer.origin, time(), effects::add);
                carryOut(peer.origin);
            }
        }

        void receive(Node from, DisseminationFrame frame) {
            core.receive(from.origin, frame, time(), effects::add);
            carryOut(null);
        }

        private void carryOut(Origin ended) {
            List<Effect> step = List.copyOf(effects);
            effects.clear();
            for (Effect effect : step) {
                if (effect instanceof Effect.Send send) {
                    Node to = nodes.stream()
                            .filter(node -> node.origin.equals(send.to()))
                            .findFirst()
                            .orElseThrow();
                    boolean request = send.frame() instanceof DisseminationFrame.Pull
                            || send.frame() instanceof DisseminationFrame.StreamQuery;
                    requests += request ? 1 : 0;
                    Link link = link(this, to);
                    if (link != null) {
                        link.carry(this, to, send.lane(), (DisseminationFrame) send.frame());
                    }
                } else if (effect instanceof Effect.ReplayWaits waits) {
                    takeMore(waits);
                } else {
                    record.seen(origin, effect, ended(effect, ended));
                    replays.seen(effect, ended);
                    causes.seen(origin, effect, time.now());
                }
            }
        }

        /** Whose streams a step ended; what waits for something else may tell it later. */
        private Origin ended(Effect effect, Origin ended) {
            boolean mayWait = topics != PLAIN && effect instanceof Effect.Gap;
            return mayWait && record.mayEnd(((Effect.Gap) effect).origin(), origin)
                    ? ((Effect.Gap) effect).origin()
                    : ended;
        }

        private Time time() {
            return new Time(time.now(), 0);
        }
    }
}
