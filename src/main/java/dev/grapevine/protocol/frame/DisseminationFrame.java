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

    /**
     * A run of messages is ended before it passes this many bytes: with what is around them they fill one batch of the default
     * size, and batches stay fair and small.
     */
    int RUN_BYTES = 60 << 10;

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
         * How it has come to whoever sends it.
         *
         * @return the way, {@link Way#NONE} from the publisher itself
         */
        Way way();

        /**
         * The same on its way on.
         *
         * @param longer the way that it has come
         * @return this one if it says so already, else a changed copy
         */
        Pushed withWay(Way longer);
    }

    /**
     * A run of consecutive messages of one stream.
     *
     * @param origin who published
     * @param topic the stream's {@linkplain StreamName name}
     * @param first sequence of the first payload, from 1
     * @param payloads the messages, at least one, consecutive
     * @param way how it has come to whoever sends it
     */
    record Publications(Origin origin, String topic, long first, List<Bytes> payloads, Way way) implements Pushed {
        /**
         * A run that its publisher sends.
         *
         * @param origin who published
         * @param topic the topic
         * @param first sequence of the first payload, from 1
         * @param payloads the messages, at least one, consecutive
         */
        public Publications(Origin origin, String topic, long first, List<Bytes> payloads) {
            this(origin, topic, first, payloads, Way.NONE);
        }

        @Override
        public long last() {
            return first + payloads.size() - 1;
        }

        @Override
        public Publications withWay(Way longer) {
            return longer.equals(way) ? this : new Publications(origin, topic, first, payloads, longer);
        }

        @Override
        public int size() {
            int size = 54 + Sizes.text(topic);
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
                size += 79 + Sizes.text(stream.topic());
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
     * @param begin sequence with which the stream begins for the sender; what a receiver goes by that holds the cluster for
     *     small enough for a full mesh still. 1 for the publisher
     * @param way how the messages come to the sender
     */
    record StreamState(Origin origin, String topic, long start, long retained, long last, long begin, Way way) {
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
            this(origin, topic, start, retained, last, 1, Way.NONE);
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
     * @param way how it has come to whoever sends it
     */
    record Announcement(Origin origin, String topic, long sequence, int length, Way way) implements Pushed {
        @Override
        public long first() {
            return sequence;
        }

        @Override
        public long last() {
            return sequence;
        }

        @Override
        public Announcement withWay(Way longer) {
            return longer.equals(way) ? this : new Announcement(origin, topic, sequence, length, longer);
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
