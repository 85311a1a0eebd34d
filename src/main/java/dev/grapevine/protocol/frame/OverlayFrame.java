package dev.grapevine.protocol.frame;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import java.util.List;

/**
 * What members say to each other about the links between them, once there are too many for a full mesh (HyParView: Leitão,
 * Pereira, Rodrigues, "HyParView: a membership protocol for reliable gossip-based broadcast", DSN 2007, sections 4.2 to
 * 4.4).
 */
public sealed interface OverlayFrame extends Frame {

    /** Most steps of a walk, those that it took and those that are left. */
    int MAX_STEPS = 16;

    /** Most members that a shuffle names. */
    int MAX_SAMPLE = 64;

    @Override
    default int size() {
        return 16;
    }

    /** The sender enters the overlay through the receiver, which takes it as a neighbour and has others do so. */
    record Join() implements OverlayFrame {}

    /**
     * A walk through the overlay at whose end somebody takes a newcomer as a neighbour.
     *
     * @param newcomer who entered
     * @param address where it is dialled
     * @param steps how many are left, at most {@link #MAX_STEPS}; the receiver is the end if there are none
     */
    record ForwardJoin(Origin newcomer, Address address, int steps) implements OverlayFrame {
        @Override
        public int size() {
            return 16 + Sizes.ORIGIN + Sizes.text(address.host());
        }
    }

    /**
     * The sender holds the receiver as a neighbour, or wants to: a request, its acceptance, and what is said again now and
     * then in case a frame got lost. Who does not hold the sender answers with this or with {@link Disconnect}.
     *
     * @param urgent whether the sender has no neighbour at all, so that it is not refused (the paper's high priority)
     */
    record Neighbour(boolean urgent) implements OverlayFrame {}

    /** The sender does not hold the receiver as a neighbour, or not any more: also the refusal of a request. */
    record Disconnect() implements OverlayFrame {}

    /**
     * A walk that exchanges some of what two members know of others.
     *
     * @param path who sent it on, the one first who began it and the sender last
     * @param steps how many are left; with the path at most {@link #MAX_STEPS}
     * @param sample whom the one that began it names, itself included, at most {@link #MAX_SAMPLE}
     */
    record Shuffle(List<Origin> path, int steps, List<Origin> sample) implements OverlayFrame {
        @Override
        public int size() {
            return 16 + Sizes.ORIGIN * (path.size() + sample.size());
        }
    }

    /**
     * The answer to a shuffle, which goes back the way that it came.
     *
     * @param path whom it still has to pass, the one last to whom the receiver sends it; empty if the receiver is the one
     *     that began the shuffle
     * @param sample whom the end of the walk names, at most {@link #MAX_SAMPLE}
     */
    record ShuffleReply(List<Origin> path, List<Origin> sample) implements OverlayFrame {
        @Override
        public int size() {
            return 16 + Sizes.ORIGIN * (path.size() + sample.size());
        }
    }

    /**
     * The sender gives this link up by choice; the receiver closes it. That is no failure: nobody is probed, suspected or
     * dialled again because of it. Not the paper's, which knows no links beside those of neighbours.
     */
    record Release() implements OverlayFrame {}
}
