package dev.grapevine.observe;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Tuning;

/**
 * Is told what happens inside a node: what meters are made of. Every method is called on a thread of the node and must
 * return at once; what it throws is logged and otherwise ignored. Methods that are not overridden do nothing.
 */
public interface GrapevineObserver {

    /** An observer that ignores everything. */
    GrapevineObserver NONE = new GrapevineObserver() {};

    /**
     * A member stands differently than before, as users see it: members that join in a burst are told of together.
     *
     * @param member the member
     * @param status how it stands now
     */
    default void memberChanged(Member member, MemberStatus status) {}

    /**
     * Whether this node has found others changed.
     *
     * @param state the new state
     */
    default void joinChanged(JoinState state) {}

    /**
     * The health of this node changed: its score, whether it is isolated, or who flaps.
     *
     * @param health how it is now; {@link NodeHealth#GOOD} until the first call
     */
    default void healthChanged(NodeHealth health) {}

    /**
     * How many links are open.
     *
     * @param links the number now
     */
    default void linksChanged(int links) {}

    /**
     * A core did or saw something.
     *
     * @param event what
     * @param count how often
     */
    default void protocol(ProtocolEvent event, long count) {}

    /**
     * A direct probe was answered.
     *
     * @param nanos round-trip time in nanoseconds
     */
    default void roundTrip(long nanos) {}

    /**
     * Gossip, or what topics do about losses, goes at another pace.
     *
     * @param tuning how it goes now, and why
     */
    default void tuned(Tuning tuning) {}

    /**
     * Messages were published here.
     *
     * @param topic the topic
     * @param count how many
     */
    default void published(String topic, int count) {}

    /**
     * Messages arrived in order for the subscribers here (also this node's own), whether or not there are any.
     *
     * @param topic the topic
     * @param count how many
     */
    default void delivered(String topic, int count) {}

    /**
     * Messages will never reach a topic's subscribers here.
     *
     * @param topic the topic
     * @param count how many
     */
    default void lost(String topic, long count) {}

    /**
     * A subscriber's buffer was full, its codec failed, or it acknowledged a message no time that it was given.
     *
     * @param topic the topic
     * @param count how many messages it was not given
     */
    default void subscriberMissed(String topic, long count) {}

    /**
     * Frames for a peer were dropped because its outbox was full, it lags or it had no link. The protocols repair that.
     *
     * @param reason which of them
     * @param lane on which lane they would have gone
     * @param count how many frames
     */
    default void framesDropped(DropReason reason, Lane lane, long count) {}

    /**
     * How much waits in the outboxes for peers, as of the last tick (50 ms to a second; 250 ms while one is full).
     *
     * @param lane the lane
     * @param bytes bytes on this lane, of all links together; 0 until the first call
     */
    default void outboxChanged(Lane lane, long bytes) {}

    /**
     * Something from outside was not accepted.
     *
     * @param reason why
     * @param detail what was seen, for people; may be long
     */
    default void rejected(RejectReason reason, String detail) {}

    /** Why frames for a peer were dropped. */
    enum DropReason {
        /** The outbox of its lane was full. */
        OUTBOX_FULL,
        /** The outbox of its lane has been full for a second: it finds out by digests, and pulls later. */
        LAGGING,
        /** No link to it was open. */
        NO_LINK
    }
}
