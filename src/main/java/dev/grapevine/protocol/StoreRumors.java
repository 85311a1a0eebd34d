package dev.grapevine.protocol;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.antientropy.AntiEntropyCore;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.rumor.Partners;
import dev.grapevine.protocol.rumor.RumorCore;
import dev.grapevine.protocol.rumor.RumorHearer;
import dev.grapevine.protocol.rumor.RumorSettings;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Spreads writes beyond the direct links of a partial view as rumors: a write goes to every linked peer at once, and from
 * there on as an epidemic. What an epidemic misses is found by anti-entropy (Demers et al. 1987, section 1.5). In a full mesh
 * there is nobody beyond, and nothing is spread.
 *
 * <p>A write becomes a rumor at its writer and at those who hear it from the writer itself. Only what the store has applied is
 * spread, so nobody passes on what is forged or cannot be.
 */
final class StoreRumors {

    private final AntiEntropyCore stores;
    private final RumorCore rumors;
    private final Links links;

    /**
     * Nothing is spread yet.
     *
     * @param settings how rumors spread
     * @param stores takes in what is heard
     * @param members how many members are present
     * @param random the source of chance
     * @param now the time
     */
    StoreRumors(RumorSettings settings, AntiEntropyCore stores, IntSupplier members, RandomGenerator random, Time now) {
        this.stores = stores;
        this.links = new Links(members, random);
        this.rumors = new RumorCore(settings, links, this::heard, random, now);
    }

    void pace(Pace pace) {
        rumors.pace(pace);
    }

    void linkUp(Origin peer) {
        int index = Collections.binarySearch(links.peers, peer);
        if (index < 0) {
            links.peers.add(-index - 1, peer);
        }
    }

    void linkDown(Origin peer) {
        links.peers.remove(peer);
    }

    /** This member wrote. */
    void written(String store, @Nullable Operation operation, Effects out) {
        if (operation != null) {
            rumors.begin(store, operation, out);
        }
    }

    /** A peer sent operations, and the store has taken those that it could. */
    void received(Origin from, Operations frame, Effects out) {
        for (Operation operation : frame.operations()) {
            if (operation.dot().origin().equals(from) && stores.holds(frame.store(), operation.dot())) {
                rumors.begin(frame.store(), operation, out);
            }
        }
    }

    void receive(Origin from, EpidemicFrame frame, Time now, Effects out) {
        rumors.receive(from, frame, now, out);
    }

    private RumorHearer.Reception heard(Origin from, String store, Operation operation, Time now, Effects out) {
        if (stores.holds(store, operation.dot())) {
            return RumorHearer.Reception.KNOWN;
        }
        stores.receive(from, new Operations(store, List.of(operation)), now, out);
        return stores.holds(store, operation.dot()) ? RumorHearer.Reception.NEW : RumorHearer.Reception.REFUSED;
    }

    /** How long the next tick may take to come, in nanoseconds. */
    long untilTick(boolean partial, Time now) {
        return isAtRest(partial) ? Long.MAX_VALUE : rumors.untilTick(now);
    }

    void tick(boolean partial, Time now, Effects out) {
        if (!isAtRest(partial)) {
            rumors.tick(now, out);
        }
    }

    /**
     * In a full mesh nobody is asked, nor by who holds no store: its first write comes by a link, a push or a digest. What is
     * spread still, since there was no mesh when it came, is told to its end.
     */
    private boolean isAtRest(boolean partial) {
        return (!partial || stores.isEmpty()) && rumors.spread() == 0;
    }

    /** The linked peers in the order of their origins, so that what is drawn depends on who is there and on chance. */
    private static final class Links implements Partners {
        private final List<Origin> peers = new ArrayList<>();
        private final IntSupplier members;
        private final RandomGenerator random;

        Links(IntSupplier members, RandomGenerator random) {
            this.members = members;
            this.random = random;
        }

        @Override
        public int members() {
            return members.getAsInt();
        }

        @Override
        public List<Origin> draw(int count) {
            List<Origin> drawn = new ArrayList<>(Math.min(count, peers.size()));
            // Each is taken with the share of what is still to be drawn in what is still there: all sets are as likely.
            for (int i = 0; i < peers.size() && drawn.size() < count; i++) {
                if (random.nextInt(peers.size() - i) < count - drawn.size()) {
                    drawn.add(peers.get(i));
                }
            }
            return drawn;
        }
    }
}
