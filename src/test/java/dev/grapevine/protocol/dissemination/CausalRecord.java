package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether anybody was given an effect before its cause, by vector clocks: each message carries how far its publisher had been
 * given every publisher's messages of the one topic when it published it, and whoever is given it has to be as far, or to
 * say that it gives the cause up. It may do so only by the rules: {@link Limits#CAUSE_NANOS} after the message was published
 * at the earliest, or for want of room, and for what follows in the same stream until something of the cause's publisher
 * comes.
 *
 * <p>It does not count where two of the three took each other for gone, nor behind a message that was lost on the way until
 * its publisher has named all causes once more.
 */
final class CausalRecord {

    private record Message(Origin publisher, long sequence) implements Comparable<Message> {
        @Override
        public int compareTo(Message other) {
            int byPublisher = publisher.compareTo(other.publisher);
            return byPublisher != 0 ? byPublisher : Long.compare(sequence, other.sequence);
        }
    }

    /** What a publisher had been given when it published a message, and when that was. */
    private record Published(Map<Origin, Long> given, long at) {}

    /** That a reader was given messages of a publisher without those of another. */
    private record Without(Origin publisher, Origin cause) implements Comparable<Without> {
        @Override
        public int compareTo(Without other) {
            int byPublisher = publisher.compareTo(other.publisher);
            return byPublisher != 0 ? byPublisher : cause.compareTo(other.cause);
        }
    }

    /**
     * Up to where it was told so.
     *
     * @param sequence the highest that was given up
     * @param given how far the reader was with the cause's publisher
     */
    private record GivenUp(long sequence, long given) {}

    private static final class Reader {
        /** Up to which sequence it was given the messages of each publisher. */
        private final Map<Origin, Long> given = new TreeMap<>();

        /** Up to which sequence it must not be given any of a publisher that it has not begun with. */
        private final Map<Origin, Long> assumedBefore = new TreeMap<>();

        /** The sequence from which on a publisher has named all causes again, behind what was lost. */
        private final Map<Origin, Long> wholeAgain = new TreeMap<>();

        private final Map<Without, GivenUp> givenUp = new TreeMap<>();
        private boolean saysSo;
    }

    private final DeliveryRecord record;
    private final boolean isRoomy;
    private final Map<Message, Published> clocks = new TreeMap<>();
    private final Map<Origin, Reader> readers = new TreeMap<>();
    private final TreeSet<Origin> newcomers = new TreeSet<>();
    private final List<String> violations = new ArrayList<>();
    private long checked;
    private long excused;

    /**
     * Nothing was published.
     *
     * @param record for who took whom for gone
     * @param isRoomy whether nobody may give up causes for want of room
     */
    CausalRecord(DeliveryRecord record, boolean isRoomy) {
        this.record = record;
        this.isRoomy = isRoomy;
    }

    /** A member begins with streams in their middle: what the messages before depended on it does not know. */
    void joins(Origin newcomer) {
        newcomers.add(newcomer);
    }

    /** A member is about to publish. */
    void published(Origin publisher, long first, int count, long now) {
        Published clock = new Published(new TreeMap<>(reader(publisher).given), now);
        for (long sequence = first; sequence < first + count; sequence++) {
            clocks.put(new Message(publisher, sequence), clock);
        }
    }

    private Reader reader(Origin who) {
        return readers.computeIfAbsent(who, key -> new Reader());
    }

    void seen(Origin who, Effect effect, long now) {
        Reader reader = reader(who);
        if (effect instanceof Effect.Noted noted) {
            reader.saysSo |= noted.event() == ProtocolEvent.CAUSE_GIVEN_UP;
        } else if (effect instanceof Effect.Gap gap) {
            begins(who, reader, gap.origin(), gap.from());
            reader.wholeAgain.put(gap.origin(), gap.to() + Limits.WHOLE_CAUSES_EVERY);
            reader.given.put(gap.origin(), gap.to());
            reader.saysSo = false;
        } else if (effect instanceof Effect.Deliver messages) {
            if (!messages.origin().equals(who)) {
                delivered(who, reader, messages, now);
            }
            reader.saysSo = false;
        }
    }

    private void delivered(Origin who, Reader reader, Effect.Deliver messages, long now) {
        begins(who, reader, messages.origin(), messages.first());
        for (int i = 0; i < messages.payloads().size(); i++) {
            Message message = new Message(messages.origin(), messages.first() + i);
            Published clock = clocks.get(message);
            if (clock != null) {
                boolean isLate = now - clock.at >= Limits.CAUSE_NANOS || !isRoomy;
                clock.given.forEach((publisher, sequence) -> check(who, reader, message, publisher, sequence, isLate));
            }
            reader.given.put(message.publisher, message.sequence);
        }
    }

    private void begins(Origin who, Reader reader, Origin publisher, long first) {
        if (newcomers.contains(who) && !reader.given.containsKey(publisher) && first > 1) {
            reader.wholeAgain.put(publisher, first + Limits.WHOLE_CAUSES_EVERY - 1);
        }
        Long assumed = reader.assumedBefore.remove(publisher);
        if (assumed != null && assumed >= first && !record.wereParted(publisher, who)) {
            violations.add(who + " began with " + first + " of " + publisher + " after what depends on " + assumed);
        }
    }

    private void check(Origin who, Reader reader, Message message, Origin publisher, long sequence, boolean mayGiveUp) {
        if (publisher.equals(who)
                || publisher.equals(message.publisher)
                || record.wereParted(message.publisher, who)
                || record.wereParted(publisher, message.publisher)
                || record.wereParted(publisher, who)) {
            return;
        }
        boolean isKnown = message.sequence >= reader.wholeAgain.getOrDefault(message.publisher, 0L);
        checked += isKnown ? 1 : 0;
        long given = reader.given.getOrDefault(publisher, 0L);
        if (given >= sequence) {
            return;
        }
        Without without = new Without(message.publisher, publisher);
        GivenUp before = reader.givenUp.getOrDefault(without, new GivenUp(0, -1));
        if (before.sequence >= sequence || (reader.saysSo && (mayGiveUp || before.given == given))) {
            excused++;
            reader.givenUp.put(without, new GivenUp(Math.max(before.sequence, sequence), given));
        } else if (isKnown && given == 0) {
            reader.assumedBefore.merge(publisher, sequence, Math::max);
        } else if (isKnown) {
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

    /** How many of them were not in order, and allowed not to be. */
    long excused() {
        return excused;
    }
}
