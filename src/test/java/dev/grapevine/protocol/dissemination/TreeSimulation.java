package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.overlay.SimulatedOverlay;
import dev.grapevine.protocol.overlay.ViewSettings;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The cores of topics on the links that the cores of the views choose: members come and go, links are as long as the
 * members are apart, and each member is told the round trips of its links in turn, as its probes measure them. Counts what is
 * sent for what is delivered.
 */
public final class TreeSimulation {

    private static final long MILLI = 1_000_000;
    private static final long TICK = 50 * MILLI;
    private static final long REST = 20 * TICK;
    private static final long PROBE = 1_000 * MILLI;
    private static final String TOPIC = "news";

    private final SplittableRandom random;
    private final Distances distances;
    private final boolean measured;
    private final SimulatedOverlay overlay;
    private final List<Node> nodes = new ArrayList<>();
    private final TreeCosts costs = new TreeCosts();
    private double loss;
    private long gaps;
    private long chunkBytes;
    private byte[] content = {};

    /**
     * Members who joined one by one and shuffled for two cycles.
     *
     * @param seed of all chance
     * @param members how many
     * @param degree how many neighbours each holds
     * @param distances how far they are apart
     */
    public TreeSimulation(long seed, int members, int degree, Distances distances) {
        this(seed, members, degree, distances, true);
    }

    /**
     * Members who joined one by one and shuffled for two cycles.
     *
     * @param seed of all chance
     * @param members how many
     * @param degree how many neighbours each holds
     * @param distances how far they are apart
     * @param measured whether they are told the round trips of their links
     */
    public TreeSimulation(long seed, int members, int degree, Distances distances, boolean measured) {
        this.random = new SplittableRandom(seed);
        this.distances = distances;
        this.measured = measured;
        ViewSettings views = ViewSettings.DEFAULT.withViews(degree, 6 * degree);
        this.overlay = new SimulatedOverlay(seed, views, true, new Links());
        overlay.joinOneByOne(members);
        overlay.cycle();
        overlay.cycle();
    }

    /**
     * Loses frames of topics from now on.
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
     * The first members publish, at an even pace, one after the other.
     *
     * @param publishers how many
     * @param perSecond how often each of them does in a second
     * @param seconds for how long
     */
    public void publish(int publishers, int perSecond, int seconds) {
        Duration pause = Duration.ofSeconds(1).dividedBy((long) perSecond * publishers);
        for (int i = 0; i < perSecond * seconds * publishers; i++) {
            publish(i % publishers);
            overlay.run(pause);
        }
    }

    /**
     * Lets time pass.
     *
     * @param millis how much, in milliseconds
     */
    public void runMillis(long millis) {
        overlay.run(Duration.ofMillis(millis));
    }

    /**
     * Members die, drawn at random.
     *
     * @param count how many
     * @param spared numbers below this are spared
     * @param notice how long it takes until others notice it
     */
    public void kill(int count, int spared, Duration notice) {
        List<Integer> candidates = new ArrayList<>(overlay.alive());
        candidates.removeIf(member -> member < spared);
        List<Integer> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            drawn.add(candidates.remove(random.nextInt(candidates.size())));
        }
        drawn.forEach(member -> nodes.get(member).isAlive = false);
        overlay.fail(drawn, notice);
    }

    /**
     * New members join.
     *
     * @param count how many
     */
    public void join(int count) {
        for (int i = 0; i < count; i++) {
            overlay.join();
        }
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
        return (double) chunkBytes / (cost().owed() * content.length);
    }

    /** Forgets what was counted so far. */
    public void countAnew() {
        costs.countAnew();
    }

    /**
     * What was counted since the last time, of the messages published since then and the members that are alive. A member
     * is owed what was published since there first was a way to it from the publisher: newcomers that hold each other only
     * have not joined yet.
     *
     * @return the sums
     */
    public TreeCosts.Cost cost() {
        return costs.sum(member -> nodes.get(member).isAlive);
    }

    /**
     * How many gaps were announced.
     *
     * @return the number, each member's counted
     */
    public long gaps() {
        return gaps;
    }

    private Node node(int number) {
        while (nodes.size() <= number) {
            nodes.add(new Node(nodes.size()));
        }
        return nodes.get(number);
    }

    private static int numberOf(Origin origin) {
        return (int) origin.id().low();
    }

    private Time time() {
        return new Time(overlay.clock(), 0);
    }

    private final class Links implements SimulatedOverlay.Listener {
        @Override
        public void neighbourUp(int member, int peer) {
            node(member).linkUp(node(peer));
        }

        @Override
        public void neighbourDown(int member, int peer) {
            node(member).linkDown(node(peer));
        }
    }

    private final class Node {
        private final int number;
        private final Origin origin;
        private final DisseminationCore core;
        private final List<Effect> effects = new ArrayList<>();

        /** Neighbours, each with when the last frame to it arrives. */
        private final Map<Node, Long> arrivals = new HashMap<>();

        private final List<Node> peers = new ArrayList<>();
        private boolean isAlive = true;

        /** Whether there was a way to it when something was published. */
        private boolean hasJoined;

        private int probed;
        private long tickAt;
        private long last;

        Node(int number) {
            this.number = number;
            this.origin = new Origin(new MemberId(0, number), 1);
            this.core = new DisseminationCore(
                    origin, DisseminationSettings.DEFAULT, new SplittableRandom(random.nextLong()), peer -> nodes.get(
                                    numberOf(peer))
                            .isAlive);
            core.partial(true, time(), effects::add);
            tickAfter(random.nextLong(TICK));
            overlay.after(random.nextLong(PROBE), this::probe);
        }

        private void tickAfter(long nanos) {
            long at = overlay.clock() + nanos;
            tickAt = at;
            overlay.after(nanos, () -> {
                if (isAlive && tickAt == at) {
                    core.tick(time(), effects::add);
                    tickAfter(core.untilTick(time()) == 0 ? TICK : REST);
                    carryOut(null);
                }
            });
        }

        private void probe() {
            if (isAlive) {
                if (!peers.isEmpty()) {
                    measure(peers.get(probed++ % peers.size()));
                }
                overlay.after(PROBE, this::probe);
            }
        }

        private void measure(Node peer) {
            long roundTrip = lengthTo(peer) + lengthTo(peer);
            if (measured) {
                overlay.after(roundTrip, () -> core.roundTrip(peer.origin, roundTrip));
            }
        }

        private void linkUp(Node peer) {
            peers.add(peer);
            overlay.after(random.nextLong(PROBE / 4), () -> measure(peer));
            core.linkUp(peer.origin, time(), effects::add);
            carryOut(null);
        }

        private void linkDown(Node peer) {
            peers.remove(peer);
            arrivals.remove(peer);
            core.linkDown(peer.origin, time(), effects::add);
            carryOut(null);
        }

        void publish() {
            BitSet owedTo = new BitSet();
            reach();
            nodes.stream()
                    .filter(node -> node.isAlive && node.hasJoined && node != this)
                    .forEach(node -> owedTo.set(node.number));
            costs.published(number, owedTo, overlay.clock());
            Bytes payload = content.length == 0 ? Bytes.utf8("m" + ++last) : Bytes.wrap(content);
            core.publish(TOPIC, List.of(payload), time(), effects::add);
            carryOut(null);
        }

        /** Whom there is a way to now has joined. */
        private void reach() {
            BitSet seen = new BitSet();
            Deque<Node> ways = new ArrayDeque<>(List.of(this));
            seen.set(number);
            while (!ways.isEmpty()) {
                Node node = ways.remove();
                node.hasJoined = true;
                for (Node peer : node.peers) {
                    if (peer.isAlive && !seen.get(peer.number)) {
                        seen.set(peer.number);
                        ways.add(peer);
                    }
                }
            }
        }

        private void receive(Node from, DisseminationFrame frame) {
            if (isAlive) {
                core.receive(from.origin, frame, time(), effects::add);
                carryOut(frame);
            }
        }

        private void carryOut(@Nullable DisseminationFrame cause) {
            List<Effect> step = List.copyOf(effects);
            effects.clear();
            if (core.untilTick(time()) == 0 && tickAt - overlay.clock() > TICK) {
                tickAfter(TICK);
            }
            int hops = cause instanceof Publications run ? run.way().hops() + 1 : 0;
            for (Effect effect : step) {
                if (effect instanceof Effect.Send send) {
                    chunkBytes +=
                            send.frame() instanceof Chunk chunk ? chunk.bytes().length() : 0;
                    costs.sent((DisseminationFrame) send.frame());
                    carry(nodes.get(numberOf(send.to())), (DisseminationFrame) send.frame());
                } else if (effect instanceof Effect.Deliver delivered) {
                    delivered(delivered, hops);
                } else if (effect instanceof Effect.Gap) {
                    gaps++;
                }
            }
        }

        private void delivered(Effect.Deliver delivered, int hops) {
            int publisher = numberOf(delivered.origin());
            for (int i = 0; publisher != number && i < delivered.payloads().size(); i++) {
                costs.delivered(publisher, delivered.first() + i, number, hops, overlay.clock());
            }
        }

        /** In order; while the receiver holds the sender too. */
        private void carry(Node to, DisseminationFrame frame) {
            if (random.nextDouble() < loss) {
                return;
            }
            long arrival = Math.max(overlay.clock() + lengthTo(to), arrivals.getOrDefault(to, 0L));
            arrivals.put(to, arrival);
            overlay.after(arrival - overlay.clock(), () -> to.receive(this, frame));
        }

        /** Up to a tenth more than the distance. */
        private long lengthTo(Node to) {
            long length = distances.oneWay(number, to.number);
            return length + random.nextLong(length / 10 + 1);
        }
    }
}
