package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Time;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Replicated stores as one state machine. */
@SuppressWarnings("unused") // the signatures land first, so that NodeCore can be composed against them
public final class AntiEntropyCore {

    /**
     * A core without stores or links.
     *
     * @param self this member's origin
     * @param settings the bounds
     * @param random source of chance
     * @param now the time
     */
    public AntiEntropyCore(Origin self, AntiEntropySettings settings, RandomGenerator random, Time now) {}

    /**
     * Makes sure that a store is there.
     *
     * @param store its name
     * @param now the time
     * @param out effects
     */
    public void open(String store, Time now, Effects out) {}

    /**
     * Writes or removes a key.
     *
     * @param store the store
     * @param key the key
     * @param value the value, or null to remove the key
     * @param now the time
     * @param out effects
     */
    public void write(String store, Bytes key, @Nullable Bytes value, Time now, Effects out) {}

    /**
     * A link to a peer is open.
     *
     * @param peer the peer
     * @param now the time
     * @param out effects
     */
    public void linkUp(Origin peer, Time now, Effects out) {}

    /**
     * The link to a peer is gone.
     *
     * @param peer the peer
     * @param now the time
     * @param out effects
     */
    public void linkDown(Origin peer, Time now, Effects out) {}

    /**
     * A frame arrived.
     *
     * @param from who sent it
     * @param frame the frame
     * @param now the time
     * @param out effects
     */
    public void receive(Origin from, AntiEntropyFrame frame, Time now, Effects out) {}

    /**
     * Time has passed.
     *
     * @param now the time
     * @param out effects
     */
    public void tick(Time now, Effects out) {}

    /**
     * The visible entries of a store in the order of the keys.
     *
     * @param store the store
     * @param visitor takes key and value
     */
    public void forEachEntry(String store, BiConsumer<Bytes, Bytes> visitor) {}

    /**
     * A hash of what a store holds.
     *
     * @param store the store
     * @return equal for equal content, on every member
     */
    public long digest(String store) {
        return 0;
    }
}
