package dev.grapevine.protocol.frame;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.crdt.CausalContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames of replicated stores. */
public sealed interface AntiEntropyFrame extends Frame {

    /** Most operations or entries of one frame. */
    int MAX_ENTRIES = 4096;

    /** Most origins that a context can name: with as many ranges ahead it takes at most 880 KiB, so it fits a frame. */
    int MAX_ORIGINS = 16_384;

    /** Most ranges of dots ahead of the runs that a context can name. */
    int MAX_RANGES = 16_384;

    /** Most dots that one operation can supersede: together at most 544 KiB, so that they fit a frame. */
    int MAX_DOTS = 16_384;

    /**
     * The store that is meant.
     *
     * @return its name
     */
    String store();

    /**
     * One write or removal: what a delta is made of.
     *
     * @param dot the operation's own name
     * @param stamp when it was made
     * @param key which key
     * @param value the value written, or null for a removal
     * @param superseded the writes of the same key that the writer had seen and that this operation replaces
     */
    record Operation(
            Dot dot,
            HybridTimestamp stamp,
            Bytes key,
            @Nullable Bytes value,
            List<Dot> superseded) {
        /**
         * About how many bytes the operation takes on the wire.
         *
         * @return a size in bytes
         */
        public int size() {
            return 64 + key.length() + (value == null ? 0 : value.length()) + 40 * superseded.size();
        }
    }

    /**
     * One value that a store holds: one of the concurrent writes of its key.
     *
     * @param key which key
     * @param dot the write
     * @param stamp when it was made
     * @param value the value
     */
    record Entry(Bytes key, Dot dot, HybridTimestamp stamp, Bytes value) {
        /**
         * About how many bytes the entry takes on the wire.
         *
         * @return a size in bytes
         */
        public int size() {
            return 64 + key.length() + value.length();
        }
    }

    /**
     * A place among the values of a store, which are in the order of the keys and, within a key, of the dots.
     *
     * @param key the key
     * @param dot the first of the key's concurrent writes that is not before the place
     */
    record Cursor(Bytes key, Dot dot) implements Comparable<Cursor> {
        @Override
        public int compareTo(Cursor other) {
            int byKey = key.compareTo(other.key);
            return byKey != 0 ? byKey : dot.compareTo(other.dot);
        }
    }

    /**
     * Operations: fresh ones as they happen, or the exact run that the receiver lacks.
     *
     * @param store the store
     * @param operations at most {@value #MAX_ENTRIES}; those of one origin in rising order
     */
    record Operations(String store, List<Operation> operations) implements AntiEntropyFrame {
        @Override
        public int size() {
            int size = 16 + Sizes.text(store);
            for (Operation operation : operations) {
                size += operation.size();
            }
            return size;
        }
    }

    /**
     * Which operations the sender has applied. Only who lacks something asks for it, and of one peer at a time, so that
     * nothing is sent twice.
     *
     * @param store the store
     * @param context the operations applied, all of them: runs, and the dots ahead of them; without those an operation
     *     behind a hole that nobody can fill any more would never spread
     * @param request whether the receiver is asked to send what the sender lacks; otherwise this only tells
     */
    record StoreDigest(String store, CausalContext context, boolean request) implements AntiEntropyFrame {
        @Override
        public int size() {
            return 16 + Sizes.text(store) + Sizes.context(context);
        }
    }

    /**
     * Send me the store from this place on: your log of operations no longer reaches back far enough.
     *
     * @param store the store
     * @param session chosen by the receiver of the state, echoed in each chunk
     * @param cursor first value wanted, or null from the beginning
     */
    record StateRequest(
            String store, long session, @Nullable Cursor cursor) implements AntiEntropyFrame {
        @Override
        public int size() {
            return 32 + Sizes.text(store) + Sizes.cursor(cursor);
        }
    }

    /**
     * You asked for what my log of operations no longer holds: ask me for the state.
     *
     * @param store the store
     */
    record StateOffer(String store) implements AntiEntropyFrame {
        @Override
        public int size() {
            return 16 + Sizes.text(store);
        }
    }

    /**
     * A range of a store's values, complete: what the context covers and the range does not hold has been removed. It may
     * begin and end between the concurrent writes of one key, which together may be larger than a frame.
     *
     * @param store the store
     * @param session that of the request
     * @param from first place of the range, or null from the beginning
     * @param to first place after the range, or null if the range reaches the end; a range that does not is not empty
     * @param entries every value in the range, in the order of the keys and dots
     * @param context everything the sender had applied when the session began; the chunks of one session are parts of
     *     the one state of that moment
     */
    record StateChunk(
            String store,
            long session,
            @Nullable Cursor from,
            @Nullable Cursor to,
            List<Entry> entries,
            CausalContext context)
            implements AntiEntropyFrame {
        @Override
        public int size() {
            int size = 64 + Sizes.text(store) + Sizes.cursor(from) + Sizes.cursor(to);
            for (Entry entry : entries) {
                size += entry.size();
            }
            return size + Sizes.context(context);
        }
    }
}
