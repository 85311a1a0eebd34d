package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What subscriptions are given that began at the retained window: of each stream messages and gaps that follow each other
 * without hole or overlap, from the oldest message that its publisher still had, to what everybody at that member was given.
 */
final class ReplayRecord {

    private record Stream(Origin publisher, String name) implements Comparable<Stream> {
        @Override
        public int compareTo(Stream other) {
            int byPublisher = publisher.compareTo(other.publisher);
            return byPublisher != 0 ? byPublisher : name.compareTo(other.name);
        }
    }

    private static final class Subscription {
        private final Origin reader;
        private final String topic;
        private final Map<Stream, Long> next = new TreeMap<>();

        /** What everybody there was to be given next when it began. */
        private final Map<Stream, Long> atBegin = new TreeMap<>();

        private Subscription(Origin reader, String topic) {
            this.reader = reader;
            this.topic = topic;
        }
    }

    private final DeliveryRecord record;
    private final boolean publisherRepairs;
    private final Map<Long, Subscription> subscriptions = new TreeMap<>();
    private long replayed;

    /**
     * Nobody has subscribed yet.
     *
     * @param record what everybody is given
     * @param publisherRepairs whether nothing may be lacking that its publisher retains
     */
    ReplayRecord(DeliveryRecord record, boolean publisherRepairs) {
        this.record = record;
        this.publisherRepairs = publisherRepairs;
    }

    long begins(Origin reader, String topic) {
        Subscription subscription = new Subscription(reader, topic);
        for (String name : List.of(topic, StreamName.critical(topic))) {
            record.next(reader, name)
                    .forEach((publisher, due) -> subscription.atBegin.put(new Stream(publisher, name), due));
        }
        subscriptions.put(subscriptions.size() + 1L, subscription);
        return subscriptions.size();
    }

    /** How many messages a subscription was given that came before it. */
    long replayed() {
        return replayed;
    }

    void seen(Effect effect, Origin ended) {
        if (effect instanceof Effect.Replayed given) {
            Effect.Deliver messages = given.messages();
            Stream stream = new Stream(messages.origin(), messages.topic());
            for (int i = 0; i < messages.payloads().size(); i++) {
                assertThat(messages.payloads().get(i))
                        .isEqualTo(record.payload(stream.publisher, stream.name, messages.first() + i));
            }
            long last = messages.first() + messages.payloads().size() - 1;
            follows(subscriptions.get(given.subscription()), stream, messages.first(), last);
        } else if (effect instanceof Effect.ReplayGap given) {
            Effect.Gap gap = given.gap();
            Subscription subscription = subscriptions.get(given.subscription());
            follows(subscription, new Stream(gap.origin(), gap.topic()), gap.from(), gap.to());
            assertThat(gap.origin().equals(ended) || isLost(subscription, gap.origin(), gap.topic(), gap.to()))
                    .as("a gap %s that its publisher retains", given)
                    .isTrue();
        }
    }

    private boolean isLost(Subscription subscription, Origin publisher, String name, long sequence) {
        return !publisherRepairs
                || record.wereParted(publisher, subscription.reader)
                || record.isEvicted(publisher, name, sequence);
    }

    private void follows(Subscription subscription, Stream stream, long from, long to) {
        assertThat(StreamName.topic(stream.name)).isEqualTo(subscription.topic);
        Long expected = subscription.next.put(stream, to + 1);
        if (expected != null) {
            assertThat(from)
                    .as("what a subscription of %s is given next", stream)
                    .isEqualTo(expected);
        } else {
            Long due = subscription.atBegin.get(stream);
            assertThat(from)
                    .as("where a subscription of %s begins", stream)
                    .isLessThanOrEqualTo(due == null ? from : due);
            assertThat(from == 1 || isLost(subscription, stream.publisher, stream.name, from - 1))
                    .as("the publisher of %s retains what is before %d", stream, from)
                    .isTrue();
        }
        Long due = subscription.atBegin.get(stream);
        replayed += due == null ? 0 : Math.max(0, Math.min(to + 1, due) - from);
    }

    /** Which subscriptions have not been given or told what everybody was. */
    List<String> unsettled() {
        List<String> unsettled = new ArrayList<>();
        subscriptions.forEach((number, subscription) -> {
            for (String name : List.of(subscription.topic, StreamName.critical(subscription.topic))) {
                record.next(subscription.reader, name).forEach((publisher, due) -> {
                    Stream stream = new Stream(publisher, name);
                    Long atBegin = subscription.atBegin.get(stream);
                    Long at = subscription.next.get(stream);
                    // Given nothing of a stream that did not go on, where nothing is retained of it any more.
                    boolean isAllLost =
                            at == null && due.equals(atBegin) && isLost(subscription, publisher, name, due - 1);
                    if (!due.equals(at) && !isAllLost) {
                        unsettled.add(subscription.reader + " is at " + at + " of " + due + " in " + stream + ", "
                                + atBegin + " when it began");
                    }
                });
            }
        });
        return unsettled;
    }
}
