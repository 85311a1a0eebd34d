package dev.grapevine.protocol.step;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Frame;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a core can be told. */
public sealed interface Input {

    /** Time has passed. Comes about every {@code tickInterval}, or as seldom as the core allows; late ticks are not made up for. */
    record Tick() implements Input {}

    /**
     * A link to a peer is open and both sides have shown who they are.
     *
     * @param peer the peer as it described itself in the handshake
     * @param dialled the address of the {@link Effect.Dial} that led there, which need not be the one that the peer gives
     *     itself; null if the peer opened the connection
     */
    record LinkUp(Member peer, @Nullable Address dialled) implements Input {}

    /**
     * The link to a peer is gone.
     *
     * @param peer whose link
     * @param cause why
     */
    record LinkDown(Origin peer, LinkLoss cause) implements Input {}

    /**
     * A dial asked for by {@link Effect.Dial} did not give a link.
     *
     * @param address what was dialled
     * @param cause why not
     */
    record DialFailed(Address address, DialFailure cause) implements Input {}

    /**
     * Frames arrived on the link of a peer, in their order.
     *
     * @param peer who sent them
     * @param frames the frames
     */
    record Received(Origin peer, List<Frame> frames) implements Input {}

    /**
     * Announce this member and seek others.
     *
     * @param seeds addresses to try, in no order; may be empty
     * @param more whether {@link Seeds} may follow: until then, having none does not mean that none are named
     */
    record Join(List<Address> seeds, boolean more) implements Input {}

    /**
     * The seeds are now these (a resolver ran again).
     *
     * @param seeds addresses to try
     */
    record Seeds(List<Address> seeds) implements Input {}

    /**
     * This member has other labels from now on.
     *
     * @param metadata the labels, within the limits of {@link Member}
     */
    record UpdateMetadata(Map<String, String> metadata) implements Input {}

    /** Announce that this member goes. Ends with {@link Effect.LeaveConfirmed}. */
    record Leave() implements Input {}

    /**
     * Publish messages.
     *
     * @param topic the topic, or the {@linkplain dev.grapevine.protocol.frame.StreamName name} of its critical stream
     * @param payloads the messages in their order, each within the payload limit
     */
    record Publish(String topic, List<Bytes> payloads) implements Input {}

    /** What subscriptions that began at the retained window want. */
    sealed interface OfReplay extends Input permits Replay, ReplayRoom, ReplayEnd {}

    /**
     * A subscription begins that is to be given first what is still retained of its topic. All that it is given comes as
     * {@link Effect.Replayed} and {@link Effect.ReplayGap} from now on, until {@link ReplayEnd}.
     *
     * @param subscription a number that no other one of this node has
     * @param topic the topic
     */
    record Replay(long subscription, String topic) implements OfReplay {}

    /**
     * A subscription that {@link Effect.ReplayWaits} told of takes more of what is retained.
     *
     * @param subscription which
     * @param messages how many at most until it is told of again, at least 1
     */
    record ReplayRoom(long subscription, int messages) implements OfReplay {}

    /**
     * A subscription that began at the retained window is over.
     *
     * @param subscription which
     */
    record ReplayEnd(long subscription) implements OfReplay {}

    /**
     * Write or remove a key of a store.
     *
     * @param store the store
     * @param key the key
     * @param value the value, or null to remove the key
     */
    record Write(String store, Bytes key, @Nullable Bytes value) implements Input {}

    /**
     * This member uses a store, whether or not it ever writes to it.
     *
     * @param store the store
     */
    record OpenStore(String store) implements Input {}
}
