package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What was published, and what every member was given of it. For each reader and stream deliveries and gaps have to
 * follow each other without hole or overlap: that is order, at most once, and nothing lost in silence, all in one.
 */
final class DeliveryRecord {

    private record Stream(Origin publisher, String topic) implements Comparable<Stream> {
        @Override
        public int compareTo(Stream other) {
            int byPublisher = publisher.compareTo(other.publisher);
            return byPublisher != 0 ? byPublisher : topic.compareTo(other.topic);
        }
    }

    private record Reading(Origin reader, Stream stream) implements Comparable<Reading> {
        @Override
        public int compareTo(Reading other) {
            int byReader = reader.compareTo(other.reader);
            return byReader != 0 ? byReader : stream.compareTo(other.stream);
        }
    }

    private record Pair(Origin publisher, Origin reader) {}

    private static final int LARGE_EVERY = 16;

    private final long retainedBytes;
    private final boolean withLarge;
    private final Map<Stream, List<Long>> costBefore = new TreeMap<>();
    private final Map<Origin, Long> totalCost = new TreeMap<>();
    private final Map<Reading, Long> next = new TreeMap<>();
    private final Map<Reading, Set<Long>> starts = new TreeMap<>();
    private final Map<Reading, Long> latestStart = new TreeMap<>();
    private final Set<Pair> remembered = new HashSet<>();
    private final Set<Pair> tookForGone = new HashSet<>();
    private final Map<ProtocolEvent, Long> events = new EnumMap<>(ProtocolEvent.class);
    private final Map<RejectReason, Long> rejections = new EnumMap<>(RejectReason.class);
    private final List<Origin> members = new ArrayList<>();

    /** How much there was, when its newest link was opened, of streams that a new member begins with in their middle. */
    private final Map<Origin, Map<Stream, Integer>> newcomers = new TreeMap<>();

    private final Set<Origin> left = new HashSet<>();

    /**
     * Nothing was published.
     *
     * @param retainedBytes how much its publisher retains of it at the least
     * @param withLarge whether every now and then a message is a large one
     */
    DeliveryRecord(long retainedBytes, boolean withLarge) {
        this.retainedBytes = retainedBytes;
        this.withLarge = withLarge;
    }

    /** What the message with a sequence says. */
    Bytes payload(Origin publisher, String topic, long sequence) {
        String text = publisher + "/" + topic + "/" + sequence;
        if (!withLarge || sequence % LARGE_EVERY != LARGE_EVERY / 2) {
            return Bytes.utf8(text);
        }
        SplittableRandom content = new SplittableRandom(text.hashCode());
        byte[] bytes = new byte[Limits.LARGE_BYTES + 1 + content.nextInt(4 * Limits.LARGE_BYTES)];
        content.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    long lastPublished(Origin publisher, String topic) {
        return costBefore.getOrDefault(new Stream(publisher, topic), List.of()).size();
    }

    void published(Origin publisher, String topic, List<Bytes> payloads) {
        Stream stream = new Stream(publisher, topic);
        boolean first = !costBefore.containsKey(stream);
        for (Bytes payload : payloads) {
            long before = totalCost.getOrDefault(publisher, 0L);
            costBefore.computeIfAbsent(stream, key -> new ArrayList<>()).add(before);
            totalCost.put(publisher, before + Limits.cost(payload));
        }
        if (first) {
            members.stream()
                    .filter(reader -> remembered.contains(new Pair(publisher, reader)))
                    .forEach(reader -> begins(new Reading(reader, stream), 1));
        }
    }

    /** The publisher has a link to the reader. */
    void met(Origin publisher, Origin reader) {
        if (newcomers.containsKey(reader)) {
            return; // begins wherever its first neighbours are
        }
        if (!members.contains(reader)) {
            members.add(reader);
        }
        if (remembered.add(new Pair(publisher, reader))) {
            costBefore.forEach((stream, messages) -> {
                if (stream.publisher.equals(publisher)) {
                    begins(new Reading(reader, stream), messages.size() + 1);
                }
            });
        }
    }

    private void begins(Reading reading, long start) {
        starts.computeIfAbsent(reading, key -> new HashSet<>()).add(start);
        latestStart.put(reading, start);
    }

    /** A member has the first links of its life while others publish. */
    void joins(Origin newcomer) {
        members.add(newcomer);
        newcomers.put(newcomer, new TreeMap<>());
        linked(newcomer);
    }

    /** A member has one more link. */
    void linked(Origin who) {
        Map<Stream, Integer> sizes = newcomers.get(who);
        if (sizes != null) {
            costBefore.forEach((stream, messages) -> sizes.put(stream, messages.size()));
        }
    }

    /** A member is gone for good: it reads no more, and others read of it what they can still get. */
    void leaves(Origin who) {
        members.remove(who);
        left.add(who);
    }

    /** One took the other for gone: as a reader of its streams, and as the publisher of those that it reads. */
    void forgot(Origin who, Origin peer) {
        remembered.remove(new Pair(who, peer));
        tookForGone.add(new Pair(peer, who));
        tookForGone.add(new Pair(who, peer));
    }

    /** An effect of a reader's step; in a step that ends a member's streams gaps in these need no other reason. */
    void seen(Origin reader, Effect effect, Origin ended) {
        if (effect instanceof Effect.Deliver delivered) {
            Stream stream = new Stream(delivered.origin(), delivered.topic());
            for (int i = 0; i < delivered.payloads().size(); i++) {
                assertThat(delivered.payloads().get(i))
                        .isEqualTo(payload(stream.publisher, stream.topic, delivered.first() + i));
            }
            follows(
                    new Reading(reader, stream),
                    delivered.first(),
                    delivered.first() + delivered.payloads().size() - 1);
        } else if (effect instanceof Effect.Gap gap) {
            Stream stream = new Stream(gap.origin(), gap.topic());
            follows(new Reading(reader, stream), gap.from(), gap.to());
            // Who has only newcomers for neighbours just then is told that nobody retains what was before their time.
            assertThat(gap.origin().equals(ended) || isEvicted(stream, gap.to()) || !newcomers.isEmpty())
                    .as("%s says that %s is lost, which its publisher retains", reader, gap)
                    .isTrue();
        } else if (effect instanceof Effect.Noted noted) {
            events.merge(noted.event(), noted.count(), Long::sum);
        } else if (effect instanceof Effect.Rejected rejected) {
            rejections.merge(rejected.reason(), 1L, Long::sum);
        }
    }

    private boolean isEvicted(Stream stream, long sequence) {
        return isEvicted(stream.publisher, stream.topic, sequence);
    }

    /** Whether a publisher has had to give up a message. */
    boolean isEvicted(Origin publisher, String topic, long sequence) {
        Stream stream = new Stream(publisher, topic);
        long before = costBefore.get(stream).get((int) sequence - 1);
        return totalCost.getOrDefault(stream.publisher, 0L) - before > retainedBytes;
    }

    /** Whether a reader and a publisher ever took each other for gone. */
    boolean wereParted(Origin publisher, Origin reader) {
        return tookForGone.contains(new Pair(publisher, reader));
    }

    /** Whether what a publisher said may be lost to a reader though it retained it. */
    boolean mayEnd(Origin publisher, Origin reader) {
        return left.contains(publisher) || wereParted(publisher, reader);
    }

    /** What is due to a reader next of all that it reads of some streams, by their publishers. */
    Map<Origin, Long> next(Origin reader, String topic) {
        Map<Origin, Long> due = new TreeMap<>();
        next.forEach((reading, sequence) -> {
            if (reading.reader.equals(reader) && reading.stream.topic.equals(topic)) {
                due.put(reading.stream.publisher, sequence);
            }
        });
        return due;
    }

    private void follows(Reading reading, long from, long to) {
        Long expected = next.put(reading, to + 1);
        assertThat(to).isBetween(from, (long) costBefore.get(reading.stream).size());
        if (expected != null) {
            assertThat(from).as("what %s is given next", reading).isEqualTo(expected);
        } else if (!reading.reader.equals(reading.stream.publisher)) {
            checkStart(reading, from);
        }
    }

    private void checkStart(Reading reading, long from) {
        Set<Long> possible = starts.getOrDefault(reading, Set.of());
        if (possible.isEmpty() && newcomers.containsKey(reading.reader)) {
            assertThat(from).as("start of %s", reading).isLessThanOrEqualTo(beforeLinks(reading) + 1L);
            return;
        }
        if (tookForGone.contains(new Pair(reading.stream.publisher, reading.reader))) {
            // Where nobody could tell any more where it began, it is told to have begun with its first message.
            assertThat(possible).as("starts of %s", reading).anyMatch(start -> start <= from || from == 1);
        } else {
            assertThat(possible).as("starts of %s", reading).contains(from);
        }
    }

    private int beforeLinks(Reading reading) {
        return newcomers.getOrDefault(reading.reader, Map.of()).getOrDefault(reading.stream, 0);
    }

    /** Whether every reader was given, or told of the loss of, everything from its start to the newest. */
    List<String> unsettled() {
        List<String> unsettled = new ArrayList<>();
        costBefore.forEach((stream, messages) -> {
            for (Origin reader : left.contains(stream.publisher) ? List.<Origin>of() : members) {
                Reading reading = new Reading(reader, stream);
                Long settled = next.getOrDefault(reading, latestStart.get(reading));
                boolean isToBegin = settled != null || messages.size() > beforeLinks(reading);
                if (isToBegin && !Long.valueOf(messages.size() + 1).equals(settled)) {
                    unsettled.add(reading + " is at " + settled + " of " + (messages.size() + 1));
                }
            }
        });
        return unsettled;
    }

    Map<ProtocolEvent, Long> events() {
        return events;
    }

    Map<RejectReason, Long> rejections() {
        return rejections;
    }
}
