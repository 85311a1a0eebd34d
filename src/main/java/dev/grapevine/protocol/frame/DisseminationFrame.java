package dev.grapevine.protocol.frame;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import java.util.List;

/** Frames of topics. A stream is what one origin publishes to one topic with one priority, numbered from 1. */
public sealed interface DisseminationFrame extends Frame {

    /** Longest name of a stream, in characters, see {@link StreamName}; also of a store. */
    int MAX_NAME_LENGTH = 129;

    /** Most streams that one digest can describe. */
    int MAX_STREAMS = 1024;

    /** Most payloads of one run. */
    int MAX_PAYLOADS = 4096;

    /** Most links that are counted on the way of a message; what came farther is said to have come this far. */
    int MAX_HOPS = 255;

    /** Longest part of a large message that one chunk holds, in bytes; a message longer than this is a large one. */
    int MAX_CHUNK_BYTES = 48 << 10;

    /** What travels along the trees: messages, or the announcement of one that is too long for that. */
    sealed interface Pushed extends DisseminationFrame {
        /**
         * Who published.
         *
         * @return the origin
         */
        Origin origin();

        /**
         * The stream's {@linkplain StreamName name}.
         *
         * @return the name
         */
        String topic();

        /**
         * Sequence of the first message.
         *
         * @return the sequence, from 1
         */
        long first();

        /**
         * Sequence of the last message.
         *
         * @return the sequence
         */
        long last();

        /**
         * How many members have forwarded it.
         *
         * @return the number, 0 from the publisher itself
         */
        int hops();

        /**
         * The same on its way on.
         *
         * @param forwarded how many members have forwarded it
         * @return this one if it says so already, else a changed copy
         */
        Pushed withHops(int forwarded);
    }

    /**
     * A run of consecutive messages of one stream.
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param first sequence of the first payload, from 1
     * @param payloads the messages, at least one, consecutive
     * @param hops how many members have forwarded it, at most {@value #MAX_HOPS}: 0 from the publisher itself
     */
    record Publications(Origin origin, String topic, long first, List<Bytes> payloads, int hops) implements Pushed {
        /**
         * A run that its publisher sends.
         *
         * @param origin who published
         * @param topic the topic
         * @param first sequence of the first payload, from 1
         * @param payloads the messages, at least one, consecutive
         */
        public Publications(Origin origin, String topic, long first, List<Bytes> payloads) {
            this(origin, topic, first, payloads, 0);
        }

        @Override
        public long last() {
            return first + payloads.size() - 1;
        }

        @Override
        public Publications withHops(int forwarded) {
            return forwarded == hops ? this : new Publications(origin, topic, first, payloads, forwarded);
        }

        @Override
        public int size() {
            int size = 50 + Sizes.text(topic);
            for (Bytes payload : payloads) {
                size += payload.length() + 5;
            }
            return size;
        }
    }

    /**
     * What the sender can tell of streams.
     *
     * @param streams the streams, at most {@value #MAX_STREAMS}
     */
    record StreamDigest(List<StreamState> streams) implements DisseminationFrame {
        @Override
        public int size() {
            int size = 16;
            for (StreamState stream : streams) {
                size += 75 + Sizes.text(stream.topic());
            }
            return size;
        }
    }

    /**
     * How far a stream is.
     *
     * @param origin who publishes
     * @param topic the stream's {@linkplain StreamName name}
     * @param start sequence with which the stream begins for the receiver of this digest: the first one published after
     *     the two members met
     * @param retained oldest sequence that the sender can still repair; {@code last + 1} if none
     * @param last newest sequence that the sender published, or was given and so settled; 0 if none
     * @param begin sequence with which the stream begins for the sender; what a receiver goes by that was there before
     *     the sender's link to it. 1 for the publisher
     * @param hops how many members the messages passed on their way to the sender, at most {@value #MAX_HOPS}; 0 for the
     *     publisher
     */
    record StreamState(Origin origin, String topic, long start, long retained, long last, long begin, int hops) {
        /**
         * What a publisher tells of a stream of its own.
         *
         * @param origin who publishes
         * @param topic the topic
         * @param start sequence with which the stream begins for the receiver
         * @param retained oldest sequence that can still be repaired; {@code last + 1} if none
         * @param last newest sequence published, 0 if none
         */
        public StreamState(Origin origin, String topic, long start, long retained, long last) {
            this(origin, topic, start, retained, last, 1, 0);
        }
    }

    /**
     * Tell me how far this stream is: the answer is a {@link StreamDigest}.
     *
     * @param origin who publishes
     * @param topic the stream's {@linkplain StreamName name}
     */
    record StreamQuery(Origin origin, String topic) implements DisseminationFrame {
        @Override
        public int size() {
            return 48 + Sizes.text(topic);
        }
    }

    /**
     * Send me these messages again.
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param from first missing sequence
     * @param to last missing sequence, inclusive
     */
    record Pull(Origin origin, String topic, long from, long to) implements DisseminationFrame {
        @Override
        public int size() {
            return 64 + Sizes.text(topic);
        }
    }

    /**
     * These messages are not retained any more.
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param from first sequence
     * @param to last sequence, inclusive
     */
    record Unavailable(Origin origin, String topic, long from, long to) implements DisseminationFrame {
        @Override
        public int size() {
            return 64 + Sizes.text(topic);
        }
    }

    /**
     * Push what this origin publishes over this link from now on (Plumtree's GRAFT).
     *
     * @param origin whose tree
     */
    record Graft(Origin origin) implements DisseminationFrame {
        @Override
        public int size() {
            return 40;
        }
    }

    /**
     * Do not push what this origin publishes over this link any more, only tell of it (Plumtree's PRUNE).
     *
     * @param origin whose tree
     */
    record Prune(Origin origin) implements DisseminationFrame {
        @Override
        public int size() {
            return 40;
        }
    }

    /**
     * There is a message of this length, too long to be pushed: whoever lacks it asks for its {@linkplain Chunk chunks}
     * (lazy push: Plumtree's and Gossipsub's IHAVE).
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param sequence its sequence, from 1
     * @param length its length in bytes, more than {@value #MAX_CHUNK_BYTES}
     * @param hops how many members have forwarded the announcement, at most {@value #MAX_HOPS}
     */
    record Announcement(Origin origin, String topic, long sequence, int length, int hops) implements Pushed {
        @Override
        public long first() {
            return sequence;
        }

        @Override
        public long last() {
            return sequence;
        }

        @Override
        public Announcement withHops(int forwarded) {
            return forwarded == hops ? this : new Announcement(origin, topic, sequence, length, forwarded);
        }

        @Override
        public int size() {
            return 64 + Sizes.text(topic);
        }
    }

    /**
     * Send me a part of a large message (IWANT).
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param sequence the message's sequence
     * @param offset where the part begins
     * @param length how long it is, at most {@value #MAX_CHUNK_BYTES}
     */
    record ChunkRequest(Origin origin, String topic, long sequence, int offset, int length)
            implements DisseminationFrame {
        @Override
        public int size() {
            return 64 + Sizes.text(topic);
        }
    }

    /**
     * A part of a large message.
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param sequence the message's sequence
     * @param offset where the part begins
     * @param bytes the part, at least one byte
     */
    record Chunk(Origin origin, String topic, long sequence, int offset, Bytes bytes) implements DisseminationFrame {
        @Override
        public int size() {
            return 64 + Sizes.text(topic) + bytes.length();
        }
    }
}
