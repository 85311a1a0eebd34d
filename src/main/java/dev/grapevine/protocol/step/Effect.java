package dev.grapevine.protocol.step;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a core wants done, or tells. Effects of one step are carried out in their order. */
public sealed interface Effect {

    /**
     * Send a frame to a peer. Without a link to it the frame is dropped and counted; every protocol repairs that.
     *
     * @param to the peer
     * @param lane which channel
     * @param frame the frame; the same instance may go to many peers
     */
    record Send(Origin to, Lane lane, Frame frame) implements Effect {}

    /**
     * Open a link. Ends with {@link Input.LinkUp} or {@link Input.DialFailed}, always.
     *
     * @param address whom to dial
     */
    record Dial(Address address) implements Effect {}

    /**
     * Membership needs a link to a member for a moment, to ping it for somebody else. Passed from core to core; never
     * leaves the node's core.
     *
     * @param member whom to reach
     */
    record LinkWanted(Member member) implements Effect {}

    /**
     * A linked peer is a neighbour from now on: in a full mesh everybody with a link, else who is held in the active view.
     * Told again when another link takes the place of its link. Passed from core to core; never leaves the node's core.
     *
     * @param peer who
     */
    record NeighbourUp(Origin peer) implements Effect {}

    /**
     * A peer is a neighbour no longer, whether or not it still has a link. Passed from core to core; never leaves the
     * node's core.
     *
     * @param peer who
     */
    record NeighbourDown(Origin peer) implements Effect {}

    /**
     * Close the link of a peer that is dead, replaced or released.
     *
     * @param peer whose link
     */
    record Close(Origin peer) implements Effect {}

    /**
     * The view changed: the member is in it with this status, or out of it. Also for this member itself. The core of a whole
     * node tells it when users are to see it; what changes in one step changes at once.
     *
     * @param member the member as now known
     * @param status how it stands now
     */
    record MemberChanged(Member member, MemberStatus status) implements Effect {}

    /**
     * Whether this member has found others changed.
     *
     * @param state the new state
     */
    record JoinChanged(JoinState state) implements Effect {}

    /**
     * The health of this member changed.
     *
     * @param health how it is now
     */
    record HealthChanged(NodeHealth health) implements Effect {}

    /** The announcement of {@link Input.Leave} has been confirmed by everybody linked, or waiting for it ended. */
    record LeaveConfirmed() implements Effect {}

    /**
     * Messages for the subscribers of a topic, in order, each exactly once. Also this member's own.
     *
     * @param topic the topic, or the {@linkplain dev.grapevine.protocol.frame.StreamName name} of its critical stream
     * @param origin who published
     * @param first sequence of the first payload
     * @param payloads consecutive messages
     */
    record Deliver(String topic, Origin origin, long first, List<Bytes> payloads) implements Effect {}

    /**
     * Messages that will never come.
     *
     * @param topic the topic, or the {@linkplain dev.grapevine.protocol.frame.StreamName name} of its critical stream
     * @param origin who published them
     * @param from first sequence lost
     * @param to last sequence lost, inclusive
     */
    record Gap(String topic, Origin origin, long from, long to) implements Effect {}

    /**
     * Messages for one subscription that began at the retained window: some that were retained, or what all subscribers are
     * given. For each stream in order, each exactly once.
     *
     * @param subscription the number of the {@link Input.Replay}
     * @param messages the messages
     */
    record Replayed(long subscription, Deliver messages) implements Effect {}

    /**
     * Messages that will never come to a subscription that began at the retained window.
     *
     * @param subscription the number of the {@link Input.Replay}
     * @param gap which
     */
    record ReplayGap(long subscription, Gap gap) implements Effect {}

    /**
     * More is retained for a subscription: to be answered with {@link Input.ReplayRoom} once it takes some.
     *
     * @param subscription the number of the {@link Input.Replay}
     */
    record ReplayWaits(long subscription) implements Effect {}

    /**
     * The visible value of a key changed.
     *
     * @param store the store
     * @param key the key
     * @param value the winning value now, or null if the key is gone
     * @param writer who wrote or removed it
     */
    record StoreChanged(String store, Bytes key, @Nullable Bytes value, Origin writer) implements Effect {}

    /**
     * Something from outside was not accepted.
     *
     * @param reason under which it is counted
     * @param peer whose fault it was, if known
     * @param detail for the log at debug level
     */
    record Rejected(RejectReason reason, @Nullable Origin peer, String detail) implements Effect {}

    /**
     * Something worth counting happened.
     *
     * @param event what
     * @param count how often
     */
    record Noted(ProtocolEvent event, long count) implements Effect {}

    /**
     * A probe was answered directly.
     *
     * @param peer who answered
     * @param nanos how long it took, in nanoseconds
     */
    record RoundTrip(Origin peer, long nanos) implements Effect {}

    /**
     * The pace of gossip has changed.
     *
     * @param tuning how it goes now, and why
     */
    record Tuned(Tuning tuning) implements Effect {}
}
