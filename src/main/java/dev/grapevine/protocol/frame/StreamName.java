package dev.grapevine.protocol.frame;

/**
 * The names of streams. What one origin publishes to one topic is two streams, each numbered by itself: the normal
 * messages under the topic's name, and the critical ones under the same name behind a mark. So whatever is promised of a
 * stream is promised of both, and no critical message ever waits for a normal one before it. The messages of a causal topic
 * are one stream under its name behind another mark, since they say what they depend on and nobody else could read them.
 */
public final class StreamName {

    /** Longest name of a topic, in characters. */
    public static final int MAX_TOPIC_LENGTH = DisseminationFrame.MAX_NAME_LENGTH - 1;

    /** Begins the name of a stream of critical messages, and the name of no topic: U+0001. */
    private static final char CRITICAL_MARK = '\u0001';

    /** Begins the name of a stream of a causal topic, and the name of no topic: U+0002. */
    private static final char CAUSAL_MARK = '\u0002';

    private StreamName() {}

    /**
     * Whether a topic can have this name.
     *
     * @param topic a name
     * @return true if it has 1 to {@value #MAX_TOPIC_LENGTH} characters and does not begin with a mark
     */
    public static boolean isTopic(String topic) {
        return !topic.isEmpty() && topic.length() <= MAX_TOPIC_LENGTH && !isMarked(topic);
    }

    /**
     * The stream of a topic's critical messages.
     *
     * @param topic the topic
     * @return the stream's name
     */
    public static String critical(String topic) {
        return CRITICAL_MARK + topic;
    }

    /**
     * Whether a stream carries critical messages.
     *
     * @param stream its name
     * @return false if it carries normal ones
     */
    public static boolean isCritical(String stream) {
        return !stream.isEmpty() && stream.charAt(0) == CRITICAL_MARK;
    }

    /**
     * The stream of a causal topic.
     *
     * @param topic the topic
     * @return the stream's name
     */
    public static String causal(String topic) {
        return CAUSAL_MARK + topic;
    }

    /**
     * Whether a stream belongs to a causal topic: its messages say what they depend on.
     *
     * @param stream its name
     * @return false if each publisher's messages stand for themselves
     */
    public static boolean isCausal(String stream) {
        return !stream.isEmpty() && stream.charAt(0) == CAUSAL_MARK;
    }

    private static boolean isMarked(String name) {
        return isCritical(name) || isCausal(name);
    }

    /**
     * The topic that a stream belongs to.
     *
     * @param stream its name
     * @return the topic's name
     */
    public static String topic(String stream) {
        return isMarked(stream) ? stream.substring(1) : stream;
    }
}
