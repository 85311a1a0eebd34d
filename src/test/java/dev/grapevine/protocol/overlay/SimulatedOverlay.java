package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.VirtualTime;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Many members made of the cores of their views alone, on a seeded network in virtual time: links open and close, frames
 * keep the order of their link and take 0.5 to 5 ms, and nobody is a neighbour but by what the cores say. Members are numbers
 * from 0. Neighbours that come and go are told to a {@link Listener}, so that a protocol of broadcast can be put on top of it;
 * {@link #after} runs what it sends.
 */
public final class SimulatedOverlay {

    /** A cycle of the paper: each member shuffles once. */
    public static final Duration CYCLE = ViewSettings.DEFAULT.shuffleInterval();

    private static final long TICK_NANOS = 1_000_000_000L;

    /** What the views of a member do, as it happens. */
    public interface Listener {

        /** A member holds a peer as its neighbour from now on. */
        void neighbourUp(int member, int peer);

        /** A member holds a peer as its neighbour no longer. */
        void neighbourDown(int member, int peer);
    }

    final class Node implements Surroundings {
        final int number;
        final Origin origin;
        final HyParView views;

        /** Peers, with when the last frame to each arrives. */
        final TreeMap<Integer, Long> links = new TreeMap<>();

        boolean alive = true;
        private boolean entered;

        Node(int number) {
            this.number = number;
            this.origin = new Origin(new MemberId(0, number), 1);
            SplittableRandom own = random.split();
            this.views = new HyParView(origin, settings, new Waits(OverlaySettings.DEFAULT, own), this, own);
        }

        @Override
        public @Nullable Address addressOf(Origin member) {
            int peer = numberOf(member);
            return peer < nodes.size() && (!table || nodes.get(peer).alive) ? address(peer) : null;
        }

        @Override
        public @Nullable Origin drawPresent() {
            return table || !entered ? anyAlive(this) : null; // a newcomer knows a contact in any case
        }

        @Override
        public boolean isOpen(Origin member) {
            return links.containsKey(numberOf(member));
        }

        @Override
        public Address addressOfPeer(Origin peer) {
            return address(numberOf(peer));
        }

        @Override
        public boolean dial(Origin member, Address address, long now) {
            dials++;
            after(latency(), () -> connect(this, member, address.port()));
            return true;
        }

        void take(Effect effect) {
            if (effect instanceof Effect.Send send) {
                transmit(this, numberOf(send.to()), (OverlayFrame) send.frame());
            } else if (effect instanceof Effect.NeighbourUp up) {
                entered = true;
                listener.neighbourUp(number, numberOf(up.peer()));
            } else if (effect instanceof Effect.NeighbourDown down) {
                listener.neighbourDown(number, numberOf(down.peer()));
            } else if (effect instanceof Effect.Rejected rejected) {
                rejections.merge(rejected.reason(), 1, Integer::sum);
            }
        }

        private void tick() {
            if (alive) {
                views.tick(clock(), this::take);
                after(TICK_NANOS, this::tick);
            }
        }
    }

    final List<Node> nodes = new ArrayList<>();
    final Map<RejectReason, Integer> rejections = new EnumMap<>(RejectReason.class);
    final SplittableRandom random;
    private final ViewSettings settings;
    private final boolean table;
    private final Listener listener;
    private final List<Integer> alive = new ArrayList<>();
    private final VirtualTime time = new VirtualTime();
    private double loss;
    long frames;
    long dials;

    /**
     * Nobody yet.
     *
     * @param seed of all chance
     * @param settings of every member's views
     * @param table whether members know everybody who is alive, as membership tells them, and nobody else; if not, they
     *     know only whom their views hold, as in the paper, besides one contact when they have nobody
     * @param listener is told of neighbours
     */
    public SimulatedOverlay(long seed, ViewSettings settings, boolean table, Listener listener) {
        this.random = new SplittableRandom(seed);
        this.settings = settings;
        this.table = table;
        this.listener = listener;
    }

    /** Nobody yet, and nobody listens. */
    static SimulatedOverlay quiet(long seed, ViewSettings settings, boolean table) {
        return new SimulatedOverlay(seed, settings, table, new Listener() {
            @Override
            public void neighbourUp(int member, int peer) {}

            @Override
            public void neighbourDown(int member, int peer) {}
        });
    }

    static Address address(int number) {
        return new Address("host", number);
    }

    static int numberOf(Origin origin) {
        return (int) origin.id().low();
    }

    /**
     * One more member enters through any of those that are there.
     *
     * @return its number
     */
    public int join() {
        Node node = new Node(nodes.size());
        nodes.add(node);
        alive.add(node.number);
        node.views.enter(clock(), node::take);
        after(random.nextLong(TICK_NANOS), node::tick);
        return node.number;
    }

    /**
     * Lets so many members enter one after another, each when the one before has been given time for its walks.
     *
     * @param count how many
     */
    public void joinOneByOne(int count) {
        for (int i = 0; i < count; i++) {
            join();
            run(Duration.ofMillis(20));
        }
    }

    /**
     * Members fail at the same instant; their peers notice after a latency.
     *
     * @param members their numbers
     */
    public void fail(List<Integer> members) {
        fail(members, Duration.ZERO);
    }

    /**
     * Members fail at the same instant.
     *
     * @param members their numbers
     * @param notice how long it takes until others notice it, beside a latency
     */
    public void fail(List<Integer> members, Duration notice) {
        for (int member : members) {
            nodes.get(member).alive = false;
        }
        alive.removeAll(new HashSet<>(members));
        for (int member : members) {
            Node failed = nodes.get(member);
            for (int peer : List.copyOf(failed.links.keySet())) {
                after(notice.toNanos() + latency(), () -> cutLink(nodes.get(peer), failed));
            }
            if (table) {
                after(notice.toNanos() + latency(), () -> told(failed));
            }
        }
    }

    private void told(Node failed) {
        for (int member : List.copyOf(alive)) {
            Node node = nodes.get(member);
            node.views.gone(failed.origin, clock(), node::take);
        }
    }

    /**
     * Draws some of those that are alive.
     *
     * @param share of them, from 0 to 1
     * @return their numbers
     */
    public List<Integer> drawAlive(double share) {
        List<Integer> left = new ArrayList<>(alive);
        List<Integer> drawn = new ArrayList<>();
        for (int count = (int) Math.round(share * left.size()); drawn.size() < count; ) {
            drawn.add(left.remove(random.nextInt(left.size())));
        }
        return drawn;
    }

    /** Of the frames that are sent from now on this share is lost. */
    void lose(double share) {
        loss = share;
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     */
    public void run(Duration duration) {
        time.run(duration);
    }

    /** Lets a cycle pass, and closes the links that serve nobody's views, as idle links are closed. */
    public void cycle() {
        run(CYCLE);
        for (int member : List.copyOf(alive)) {
            Node node = nodes.get(member);
            for (int peer : List.copyOf(node.links.keySet())) {
                Node other = nodes.get(peer);
                if (!node.views.needs(other.origin) && !other.views.needs(node.origin)) {
                    node.links.remove(peer);
                    other.links.remove(member);
                }
            }
        }
    }

    /**
     * Runs something later.
     *
     * @param nanos how much later, in nanoseconds
     * @param action what
     */
    public void after(long nanos, Runnable action) {
        time.after(nanos, action);
    }

    /**
     * The time.
     *
     * @return nanoseconds since the beginning
     */
    public long clock() {
        return time.now();
    }

    /**
     * Those that are alive.
     *
     * @return their numbers, in the order in which they came
     */
    public List<Integer> alive() {
        return List.copyOf(alive);
    }

    /**
     * Whom a member holds.
     *
     * @param member its number
     * @return the numbers of its neighbours
     */
    public List<Integer> neighbours(int member) {
        return nodes.get(member).views.active().stream()
                .map(SimulatedOverlay::numberOf)
                .toList();
    }

    long latency() {
        return 500_000 + random.nextLong(4_500_000);
    }

    private @Nullable Origin anyAlive(Node but) {
        for (int draw = 0; draw < 8; draw++) {
            int drawn = alive.get(random.nextInt(alive.size()));
            if (drawn != but.number) {
                return nodes.get(drawn).origin;
            }
        }
        return null;
    }

    private void connect(Node dialler, Origin wanted, int number) {
        Node target = nodes.get(number);
        if (!dialler.alive) {
            return;
        }
        if (!target.alive || !target.origin.equals(wanted)) {
            after(latency(), () -> dialler.views.unreachable(wanted, clock(), dialler::take));
            return;
        }
        dialler.links.putIfAbsent(target.number, clock());
        target.links.putIfAbsent(dialler.number, clock());
        dialler.views.linkUp(target.origin, clock(), dialler::take);
        target.views.linkUp(dialler.origin, clock(), target::take);
    }

    private void cutLink(Node node, Node peer) {
        if (node.alive && node.links.remove(peer.number) != null) {
            node.views.linkDown(peer.origin, clock(), node::take);
        }
    }

    /** A link breaks though both its ends live. */
    void breakLink(int one, int other) {
        cutLink(nodes.get(one), nodes.get(other));
        cutLink(nodes.get(other), nodes.get(one));
    }

    private void transmit(Node from, int to, OverlayFrame frame) {
        Node peer = nodes.get(to);
        Long last = from.links.get(to);
        frames++;
        if (last == null || loss > 0 && random.nextDouble() < loss) {
            return;
        }
        long at = Math.max(clock() + latency(), last);
        from.links.put(to, at);
        time.at(at, () -> {
            if (peer.alive && peer.links.containsKey(from.number)) {
                peer.views.receive(from.origin, frame, clock(), peer::take);
            }
        });
    }
}
