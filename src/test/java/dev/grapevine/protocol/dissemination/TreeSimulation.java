package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Many members of which each has a few links, made of the cores of topics alone: links are as long as chance has it, members
 * die, and who lost a link is given another. Counts what is sent for what is delivered.
 */
public final class TreeSimulation {

    private static final long MILLI = 1_000_000;
    private static final long TICK = 50 * MILLI;
    private static final String TOPIC = "news";

    private final SplittableRandom random;
    private final int degree;
    private final long noticeNanos;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Origin, Node> byOrigin = new HashMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Published> published = new ArrayList<>();
    private final Map<Origin, List<Published>> byPublisher = new HashMap<>();
    private double loss;
    private long now;
    private long eventCount;
    private long copies;
    private long control;
    private long gaps;
    private long chunkBytes;
    private byte[] content = {};

    /** A message, and who has got it when it had come how far. */
    private static final class Published {
        private final BitSet receivers = new BitSet();
        private final BitSet owedTo;
        private int lastHop;

        Published(BitSet owedTo) {
            this.owedTo = owedTo;
        }
    }

    /**
     * What a stretch of time cost.
     *
     * @param messages how many were published
     * @param deliveries how many were delivered to others, of the messages published
     * @param owed how many should have been
     * @param copies how many runs with payloads were sent
     * @param control how many other frames
     * @param lastHop how many links the farthest delivery had come by
     * @param meanLastHop the same for each message, on average
     */
    public record Cost(
            int messages, long deliveries, long owed, long copies, long control, int lastHop, double meanLastHop) {
        /**
         * Payload copies a delivery.
         *
         * @return the ratio, 1 for a perfect tree
         */
        public double copiesPerDelivery() {
            return (double) copies / owed;
        }

        /**
         * Frames without payloads for each with.
         *
         * @return the ratio
         */
        public double controlPerCopy() {
            return (double) control / copies;
        }

        /**
         * The share that was delivered of what should have been.
         *
         * @return the ratio, at most 1
         */
        public double delivered() {
            return (double) deliveries / owed;
        }
    }

    /**
     * Members with random links, each with the same number of them.
     *
     * @param seed of all chance
     * @param members how many
     * @param degree how many links each has
     * @param notice how long it takes until the peers of a member that died notice it
     */
    public TreeSimulation(long seed, int members, int degree, Duration notice) {
        this.random = new SplittableRandom(seed);
        this.degree = degree;
        this.noticeNanos = notice.toNanos();
        for (int i = 0; i < members; i++) {
            Node node = new Node(i);
            nodes.add(node);
            byOrigin.put(node.origin, node);
            at(random.nextLong(TICK), node::tick);
        }
        for (Node node : nodes) {
            node.link();
        }
        runMillis(100);
    }

    /**
     * Loses frames from now on.
     *
     * @param share of all frames
     */
    public void lose(double share) {
        loss = share;
    }

    /**
     * Publishes.
     *
     * @param publisher number of the member that does
     */
    public void publish(int publisher) {
        nodes.get(publisher).publish();
    }

    /**
     * Publishes large messages from now on.
     *
     * @param length how long they are, in bytes
     */
    public void publishLarge(int length) {
        content = new byte[length];
    }

    /**
     * How many bytes of chunks were sent for each byte of large messages that a member was to be given.
     *
     * @return the ratio, 1 for none twice
     */
    public double bytesPerByte() {
        long owed = published.stream()
                .mapToLong(message -> message.owedTo.cardinality())
                .sum();
        return (double) chunkBytes / (owed * content.length);
    }

    /**
     * The first members publish, at an even pace.
     *
     * @param publishers how many
     * @param perSecond how often each of them does in a second
     * @param seconds for how long
     */
    public void publish(int publishers, int perSecond, int seconds) {
        for (int round = 0; round < perSecond * seconds; round++) {
            for (int publisher = 0; publisher < publishers; publisher++) {
                publish(publisher);
            }
            runMillis(1000 / perSecond);
        }
    }

    /**
     * Lets time pass.
     *
     * @param millis how much, in milliseconds
     */
    public void runMillis(long millis) {
        long end = now + millis * MILLI;
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.remove();
            now = event.at;
            event.action.run();
        }
        now = end;
    }

    /**
     * Members die, drawn at random.
     *
     * @param count how many
     * @param spared numbers below this are spared
     */
    public void kill(int count, int spared) {
        List<Node> alive = new ArrayList<>();
        nodes.stream().filter(node -> node.isAlive && node.number >= spared).forEach(alive::add);
        for (int i = 0; i < count; i++) {
            alive.remove(random.nextInt(alive.size())).die();
        }
    }

    /**
     * New members join.
     *
     * @param count how many
     */
    public void join(int count) {
        for (int i = 0; i < count; i++) {
            Node node = new Node(nodes.size());
            nodes.add(node);
            byOrigin.put(node.origin, node);
            node.tick();
            node.link();
        }
    }

    /** Forgets what was counted so far. */
    public void countAnew() {
        copies = 0;
        control = 0;
        published.clear();
    }

    /**
     * What was counted since the last time, of the messages published since then and the members that are alive.
     *
     * @return the sums
     */
    public Cost cost() {
        long deliveries = 0;
        long owed = 0;
        int lastHop = 0;
        double hops = 0;
        for (Published message : published) {
            for (int member = message.owedTo.nextSetBit(0);
                    member >= 0;
                    member = message.owedTo.nextSetBit(member + 1)) {
                if (nodes.get(member).isAlive) {
                    owed++;
                    deliveries += message.receivers.get(member) ? 1 : 0;
                }
            }
            lastHop = Math.max(lastHop, message.lastHop);
            hops += message.lastHop;
        }
        return new Cost(published.size(), deliveries, owed, copies, control, lastHop, hops / published.size());
    }

    /**
     * How many gaps were announced.
     *
     * @return the number, each member's counted
     */
    public long gaps() {
        return gaps;
    }

    private void at(long time, Runnable action) {
        events.add(new Event(time, eventCount++, action));
    }

    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final class Node {
        private final int number;
        private final Origin origin;
        private final DisseminationCore core;
        private final List<Effect> effects = new ArrayList<>();
        private final Set<Node> peers = new LinkedHashSet<>();
        private final Map<Node, Long> arrivals = new HashMap<>();
        private boolean isAlive = true;
        private long last;

        Node(int number) {
            this.number = number;
            this.origin = new Origin(new MemberId(0, number + 1), 1);
            this.core = new DisseminationCore(
                    origin,
                    DisseminationSettings.DEFAULT,
                    new SplittableRandom(random.nextLong()),
                    byOrigin::containsKey);
            core.partial(true, time(), effects::add);
        }

        void tick() {
            if (isAlive) {
                if (core.untilTick() == 0) {
                    core.tick(time(), effects::add);
                    carryOut(null);
                }
                at(now + TICK, this::tick);
            }
        }

        /** Links to others until there are enough, mostly to those who lack some too. */
        void link() {
            for (int tries = 0; isAlive && peers.size() < degree && tries < 200; tries++) {
                Node other = nodes.get(random.nextInt(nodes.size()));
                int most = tries < 150 ? degree : degree + 1;
                if (other != this && other.isAlive && other.peers.size() < most && peers.add(other)) {
                    other.peers.add(this);
                    core.linkUp(other.origin, time(), effects::add);
                    carryOut(null);
                    other.core.linkUp(origin, time(), other.effects::add);
                    other.carryOut(null);
                }
            }
        }

        void die() {
            isAlive = false;
            for (Node peer : List.copyOf(peers)) {
                at(now + noticeNanos + random.nextLong(100 * MILLI), () -> peer.lose(this));
            }
            peers.clear();
        }

        private void lose(Node peer) {
            if (isAlive && peers.remove(peer)) {
                core.linkDown(peer.origin, time(), effects::add);
                carryOut(null);
                at(now + random.nextLong(100 * MILLI), this::link);
            }
        }

        void publish() {
            BitSet owedTo = new BitSet();
            nodes.stream().filter(node -> node.isAlive && node != this).forEach(node -> owedTo.set(node.number));
            Published message = new Published(owedTo);
            published.add(message);
            byPublisher.computeIfAbsent(origin, key -> new ArrayList<>()).add(message);
            Bytes payload = content.length == 0 ? Bytes.utf8("m" + ++last) : Bytes.wrap(content);
            core.publish(TOPIC, List.of(payload), time(), effects::add);
            carryOut(null);
        }

        private void receive(Node from, DisseminationFrame frame) {
            if (isAlive && peers.contains(from)) {
                core.receive(from.origin, frame, time(), effects::add);
                carryOut(frame);
            }
        }

        private void carryOut(DisseminationFrame cause) {
            List<Effect> step = List.copyOf(effects);
            effects.clear();
            for (Effect effect : step) {
                if (effect instanceof Effect.Send send) {
                    Node to = byOrigin.get(send.to());
                    boolean isPayload = send.frame() instanceof Publications;
                    copies += isPayload ? 1 : 0;
                    control += isPayload ? 0 : 1;
                    chunkBytes +=
                            send.frame() instanceof Chunk chunk ? chunk.bytes().length() : 0;
                    carry(to, (DisseminationFrame) send.frame());
                } else if (effect instanceof Effect.Deliver delivered) {
                    delivered(delivered, cause);
                } else if (effect instanceof Effect.Gap) {
                    gaps++;
                }
            }
        }

        private void delivered(Effect.Deliver delivered, DisseminationFrame cause) {
            if (delivered.origin().equals(origin)) {
                return;
            }
            int hops = cause instanceof Publications run ? run.hops() + 1 : 0;
            for (int i = 0; i < delivered.payloads().size(); i++) {
                Published message = byPublisher.get(delivered.origin()).get((int) delivered.first() - 1 + i);
                if (message.receivers.get(number)) {
                    throw new AssertionError("Twice at " + number + ": " + delivered);
                }
                message.receivers.set(number);
                message.lastHop = Math.max(message.lastHop, hops);
            }
        }

        private void carry(Node to, DisseminationFrame frame) {
            if (random.nextDouble() < loss) {
                return;
            }
            // As long as the two are apart, give or take a tenth, in order.
            long length = Math.floorMod((number + to.number) * 2_654_435_761L, 8 * MILLI) + MILLI;
            long arrival = now + length + random.nextLong(length / 10 + 1);
            arrival = Math.max(arrival, arrivals.getOrDefault(to, 0L));
            arrivals.put(to, arrival);
            at(arrival, () -> to.receive(this, frame));
        }

        private Time time() {
            return new Time(now, 0);
        }
    }
}
