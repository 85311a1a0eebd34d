package dev.grapevine.simulation;

import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Topics: a subscriber is given no message twice, each publisher's in order, and every hole as an announced gap; and a
 * message is the same for everybody. A subscription may begin anywhere in a publisher's stream, except where it was there
 * before the stream: then it begins with it.
 */
public final class DeliveryChecker {

    private final TreeMap<String, Stream> streams = new TreeMap<>();
    private final TreeMap<String, String> values = new TreeMap<>();
    private final TreeSet<String> parted = new TreeSet<>();
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
     * A publisher is about to publish its first message on a topic. Whoever was given something by it before, on
     * whatever topic, is known to it unless they have {@link #parted}: to all of those it owes this stream from its first message on.
     *
     * @param topic the topic
     * @param publisher names one life of the publisher
     */
    public void begins(String topic, String publisher) {
        List<String> known = streams.values().stream()
                .filter(stream -> stream.publisher.equals(publisher) && stream.next > 1)
                .filter(stream -> !parted.contains(pair(stream.subscriber, publisher)))
                .map(stream -> stream.subscriber)
                .distinct()
                .toList();
        for (String subscriber : known) {
            Stream stream = stream(subscriber, topic, publisher);
            if (stream.next == 0) {
                stream.next = 1;
            }
        }
    }

    /**
     * One of them has removed the other from its view: should they meet again, they begin anew.
     *
     * @param subscriber names one subscription
     * @param publisher names one life of the publisher
     */
    public void parted(String subscriber, String publisher) {
        parted.add(pair(subscriber, publisher));
        for (Stream stream : streams.values()) {
            boolean concerned = stream.subscriber.equals(subscriber) && stream.publisher.equals(publisher);
            if (concerned && stream.next == 1) {
                stream.next = 0;
            }
        }
    }

    private static String pair(String subscriber, String publisher) {
        return subscriber + " of " + publisher;
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
        return streams.computeIfAbsent(name, unused -> new Stream(name, subscriber, publisher));
    }

    private final class Stream {
        private final String name;
        private final String subscriber;
        private final String publisher;
        private final BitSet seen = new BitSet();
        private long next;

        private Stream(String name, String subscriber, String publisher) {
            this.name = name;
            this.subscriber = subscriber;
            this.publisher = publisher;
        }

        private void report(String how, long sequence) {
            violations.accept(name + ": message " + sequence + " came " + how);
        }
    }
}
