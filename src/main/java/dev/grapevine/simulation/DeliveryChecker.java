package dev.grapevine.simulation;

import java.util.BitSet;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Topics: a subscriber is given no message twice, each publisher's in order, and every hole as an announced gap; and a
 * message is the same for everybody. A subscription may begin anywhere in a publisher's stream.
 */
public final class DeliveryChecker {

    private final TreeMap<String, Stream> streams = new TreeMap<>();
    private final TreeMap<String, String> values = new TreeMap<>();
    private final Consumer<String> violations;

    /**
     * A checker that has seen nothing.
     *
     * @param violations is told what is wrong, in words
     */
    public DeliveryChecker(Consumer<String> violations) {
        this.violations = violations;
    }

    /**
     * A subscriber was given a message.
     *
     * @param subscriber names one subscription
     * @param topic the topic
     * @param publisher names one life of the publisher
     * @param sequence of the message, from 1
     * @param value what it says
     */
    public void message(String subscriber, String topic, String publisher, long sequence, String value) {
        Stream stream = stream(subscriber, topic, publisher);
        if (stream.next != 0 && sequence < stream.next) {
            stream.report(stream.seen.get(Math.toIntExact(sequence)) ? "twice" : "out of order", sequence);
        } else if (stream.next != 0 && sequence > stream.next) {
            stream.report("after a hole from " + stream.next + " that nobody announced", sequence);
        }
        stream.seen.set(Math.toIntExact(sequence));
        stream.next = Math.max(stream.next, sequence + 1);
        String first = values.putIfAbsent(topic + " " + publisher + " " + sequence, value);
        if (first != null && !first.equals(value)) {
            violations.accept(
                    stream.name + ": message " + sequence + " says '" + value + "' here and '" + first + "' elsewhere");
        }
    }

    /**
     * A subscriber was told that messages are missing.
     *
     * @param subscriber names one subscription
     * @param topic the topic
     * @param publisher names one life of the publisher
     * @param from first missing sequence
     * @param to last missing sequence, inclusive
     */
    public void gap(String subscriber, String topic, String publisher, long from, long to) {
        Stream stream = stream(subscriber, topic, publisher);
        if (from > to || from < 1) {
            violations.accept(stream.name + ": an empty gap from " + from + " to " + to);
        } else if (stream.next != 0 && from != stream.next) {
            violations.accept(stream.name + ": a gap from " + from + " where " + stream.next + " was due");
        }
        stream.next = Math.max(stream.next, to + 1);
    }

    /**
     * How far a subscriber is with a publisher.
     *
     * @param subscriber names one subscription
     * @param topic the topic
     * @param publisher names one life of the publisher
     * @return the sequence of the last message or gap it was given; 0 if it was given nothing
     */
    public long last(String subscriber, String topic, String publisher) {
        return Math.max(0, stream(subscriber, topic, publisher).next - 1);
    }

    private Stream stream(String subscriber, String topic, String publisher) {
        String name = subscriber + " of topic '" + topic + "' from " + publisher;
        return streams.computeIfAbsent(name, Stream::new);
    }

    private final class Stream {
        private final String name;
        private final BitSet seen = new BitSet();
        private long next;

        private Stream(String name) {
            this.name = name;
        }

        private void report(String how, long sequence) {
            violations.accept(name + ": message " + sequence + " came " + how);
        }
    }
}
