package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import java.util.List;

/** What stands in the {@link ReorderBuffer} at one place: messages that came too early, or one that is on its way. */
sealed interface Held permits Held.Run, Transfer {

    /** How many messages. */
    int count();

    /** Whether all of it is here. */
    boolean isWhole();

    /** The messages, once all of it is here. */
    List<Bytes> payloads();

    /**
     * Messages that came.
     *
     * @param payloads one or more, consecutive
     */
    record Run(List<Bytes> payloads) implements Held {
        @Override
        public int count() {
            return payloads.size();
        }

        @Override
        public boolean isWhole() {
            return true;
        }
    }
}
