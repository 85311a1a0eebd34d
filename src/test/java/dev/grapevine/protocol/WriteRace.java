package dev.grapevine.protocol;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.protocol.CoreNetwork.Node;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.EpidemicFrame.Answer;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.Input;
import java.time.Duration;

/** How long one write takes to reach all members where links are few, and what is said for it. */
public final class WriteRace {

    /**
     * What one write came to.
     *
     * @param all until all members held it
     * @param most until 99 of 100 did
     * @param copies how often it was sent, a member
     * @param bytes all that was said of stores until a while after, a member
     */
    public record Result(Duration all, Duration most, double copies, double bytes) {}

    private static final Address[] SEEDS = {CoreNetwork.address(0), CoreNetwork.address(1), CoreNetwork.address(2)};
    private static final String STORE = "store";
    private static final Duration STEP = Duration.ofMillis(10);
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** Until nobody spreads it any more. */
    private static final Duration AFTERMATH = Duration.ofSeconds(5);

    private final CoreNetwork network;
    private final boolean rumors;
    private final double loss;
    private int writes;
    private double copies;
    private double bytes;

    /**
     * Members that have found each other.
     *
     * @param members how many
     * @param settings of every core
     * @param rumors whether what is said in epidemics gets through
     * @param loss share of the frames about stores that is lost
     * @param seed of all chance
     */
    public WriteRace(int members, NodeSettings settings, boolean rumors, double loss, long seed) {
        this.network = new CoreNetwork(seed, settings, change -> {});
        this.rumors = rumors;
        this.loss = loss;
        network.start(members, SEEDS);
        network.run(Duration.ofSeconds(20));
        network.carry(this::carries);
        run(); // who has no store yet compares none
    }

    private boolean carries(Frame frame) {
        if (frame instanceof MembershipFrame || frame instanceof OverlayFrame) {
            return true;
        }
        boolean carried = frame instanceof AntiEntropyFrame || rumors && frame instanceof EpidemicFrame;
        if (carried) {
            bytes += frame.size();
            copies += copiesIn(frame);
        }
        return carried && (loss == 0 || network.random.nextDouble() >= loss);
    }

    private static int copiesIn(Frame frame) {
        if (frame instanceof Operations operations) {
            return operations.operations().size();
        }
        if (frame instanceof Offer offer) {
            return offer.rumors().size();
        }
        return frame instanceof Answer answer ? answer.rumors().size() : 0;
    }

    /**
     * Writes at a member drawn by chance, and waits until all hold it and a while longer.
     *
     * @return what it came to
     */
    public Result run() {
        Bytes key = Bytes.utf8("key" + writes++);
        copies = 0;
        bytes = 0;
        long begun = network.clock();
        Duration most = null;
        int n = network.nodes.size();
        network.nodes.get(network.random.nextInt(n)).step(new Input.Write(STORE, key, Bytes.utf8("value")));
        for (long holding = 1; holding < n; holding = holding(key)) {
            network.run(STEP);
            if (most == null && holding >= 0.99 * n) {
                most = Duration.ofNanos(network.clock() - begun);
            }
            if (network.clock() - begun > DEADLINE.toNanos()) {
                throw new AssertionError(n - holding + " of " + n + " do not hold the write after " + DEADLINE);
            }
        }
        Duration all = Duration.ofNanos(network.clock() - begun);
        network.run(AFTERMATH);
        return new Result(all, most == null ? all : most, copies / n, bytes / n);
    }

    private long holding(Bytes key) {
        return network.nodes.stream().filter(node -> holds(node, key)).count();
    }

    private static boolean holds(Node node, Bytes key) {
        boolean[] held = {false};
        node.core.forEachEntry(STORE, (any, value) -> held[0] |= any.equals(key));
        return held[0];
    }
}
