package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether anybody was given an effect before its cause, by vector clocks: each message carries how far its publisher had been
 * given every publisher's messages of the one topic when it published it, and whoever is given it has to be as far. It
 * does not count where the two took each other for gone, nor behind a message that was lost on the way to it.
 */
final class CausalRecord {

    private record Message(Origin publisher, long sequence) implements Comparable<Message> {
        @Override
        public int compareTo(Message other) {
            int byPublisher = publisher.compareTo(other.publisher);
            return byPublisher != 0 ? byPublisher : Long.compare(sequence, other.sequence);
        }
    }

    private static final class Reader {
        /** Up to which sequence it was given the messages of each publisher. */
        private final Map<Origin, Long> given = new TreeMap<>();

        /** Up to which sequence it must not be given any of a publisher that it has not begun with. */
        private final Map<Origin, Long> assumedBefore = new TreeMap<>();

        private final TreeSet<Origin> lostSome = new TreeSet<>();
    }

    private final DeliveryRecord record;
    private final Map<Message, Map<Origin, Long>> clocks = new TreeMap<>();
    private final Map<Origin, Reader> readers = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private long checked;

    CausalRecord(DeliveryRecord record) {
        this.record = record;
    }

    /** A member is about to publish. */
    void published(Origin publisher, long first, int count) {
        for (long sequence = first; sequence < first + count; sequence++) {
            clocks.put(new Message(publisher, sequence), new TreeMap<>(reader(publisher).given));
        }
    }

    private Reader reader(Origin who) {
        return readers.computeIfAbsent(who, key -> new Reader());
    }

    void seen(Origin who, Effect effect) {
        Reader reader = reader(who);
        if (effect instanceof Effect.Gap gap) {
            begins(who, reader, gap.origin(), gap.from());
            reader.lostSome.add(gap.origin());
            reader.given.put(gap.origin(), gap.to());
        } else if (effect instanceof Effect.Deliver messages
                && !messages.origin().equals(who)) {
            begins(who, reader, messages.origin(), messages.first());
            for (int i = 0; i < messages.payloads().size(); i++) {
                Message message = new Message(messages.origin(), messages.first() + i);
                clocks.getOrDefault(message, Map.of())
                        .forEach((publisher, sequence) -> check(who, reader, message, publisher, sequence));
                reader.given.put(message.publisher, message.sequence);
            }
        }
    }

    private void begins(Origin who, Reader reader, Origin publisher, long first) {
        Long assumed = reader.assumedBefore.remove(publisher);
        if (assumed != null && assumed >= first && !record.wereParted(publisher, who)) {
            violations.add(who + " began with " + first + " of " + publisher + " after what depends on " + assumed);
        }
    }

    private void check(Origin who, Reader reader, Message message, Origin publisher, long sequence) {
        if (publisher.equals(who)
                || publisher.equals(message.publisher)
                || reader.lostSome.contains(message.publisher)
                || record.wereParted(message.publisher, who)
                || record.wereParted(publisher, who)) {
            return;
        }
        checked++;
        Long given = reader.given.get(publisher);
        if (given == null) {
            reader.assumedBefore.merge(publisher, sequence, Math::max);
        } else if (given < sequence) {
            violations.add(who + " was given " + message + ", which depends on " + sequence + " of " + publisher
                    + ", when it was at " + given);
        }
    }

    List<String> violations() {
        return violations;
    }

    /** How many pairs of cause and effect were looked at. */
    long checked() {
        return checked;
    }
}
