package dev.grapevine.protocol.frame;

import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.membership.Origin;
import org.jspecify.annotations.Nullable;

/** What parts of frames take on the wire at the most, where counting exactly would cost more than it is worth. */
final class Sizes {

    private static final int MAX_UTF8_BYTES_PER_CHAR = 3;

    /** An id, and three numbers: the epoch, the run and how many ranges are ahead of it. */
    private static final int MAX_RUN_BYTES = 16 + 9 + 9 + 3;

    /** Two numbers. */
    private static final int MAX_RANGE_BYTES = 18;

    /** An id and an epoch. */
    static final int ORIGIN = 16 + 9;

    private Sizes() {}

    /** The encoded size of a text: never too small, three times too large for plain English. */
    static int text(String text) {
        return MAX_UTF8_BYTES_PER_CHAR * text.length();
    }

    /** The encoded size of a place in a store: never too small. */
    static int cursor(AntiEntropyFrame.@Nullable Cursor cursor) {
        return cursor == null ? 1 : 40 + cursor.key().length();
    }

    /** The encoded size of a context: never too small. */
    static int context(CausalContext context) {
        int origins = context.runs().counters().size();
        Origin last = null;
        for (DotRange range : context.cloud()) {
            origins += range.origin().equals(last) ? 0 : 1;
            last = range.origin();
        }
        return 5 + MAX_RUN_BYTES * origins + MAX_RANGE_BYTES * context.cloud().size();
    }
}
