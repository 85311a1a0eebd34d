package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.dissemination.CausalEnvelope.Cause;
import dev.grapevine.protocol.dissemination.CausalEnvelope.Opened;
import dev.grapevine.protocol.dissemination.CausalStream.Part;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Causal order across the publishers of a topic (Birman, Schiper, Stephenson, "Lightweight causal and atomic group multicast",
 * 1991): no subscriber is given a message before those that its publisher had been given when it published it. Each message
 * names these as what came new since the one before (causal barriers: Prakash, Raynal, Singhal, "An adaptive causal ordering
 * algorithm suited to mobile computing environments", 1997; here with each publisher's messages in order, so that a
 * difference is enough), and all of them every {@link Limits#WHOLE_CAUSES_EVERY} messages and after a link was opened.
 *
 * <p>Stands between the streams, which come here in order and whole but for gaps, and the subscribers. A message is held back
 * until what it names was given here or told as a gap. It is not waited for what was before this member's time, nor for what
 * nobody can have any more; {@link Limits#CAUSE_NANOS} after a message came, or later as long as that goes on coming, or where
 * what is held back finds no room, what it lacks is given up, and counted. What a member claims to depend on holds up nobody but itself. A gap names nothing: what the
 * lost messages depended on is known again with the next whole one.
 */
final class CausalOrder {

    private final Origin self;
    private final InboundStreams inbound;
    private final Predicate<Origin> isPresent;
    private final DisseminationSettings settings;
    private final CausalRoom room;
    private final Map<String, CausalTopic> topics = new LinkedHashMap<>();
    private long forgotten;
    private boolean isPartial;

    CausalOrder(Origin self, InboundStreams inbound, Predicate<Origin> isPresent, DisseminationSettings settings) {
        this.self = self;
        this.inbound = inbound;
        this.isPresent = isPresent;
        this.settings = settings;
        this.room = new CausalRoom(settings.reorderBytes());
    }

    void partial(boolean partial) {
        isPartial = partial;
    }

    /** What this member publishes, as it travels. */
    List<Bytes> seal(String name, List<Bytes> payloads, long now) {
        if (!StreamName.isCausal(name)) {
            return payloads;
        }
        CausalTopic topic = topics.get(name);
        List<Bytes> sealed = new ArrayList<>(payloads.size());
        for (Bytes payload : payloads) {
            int most = CausalEnvelope.fitting(settings.longestSealed() - payload.length());
            sealed.add(CausalEnvelope.seal(topic == null ? List.of() : topic.causes(most, now), payload));
        }
        return sealed;
    }

    /** A peer may begin with what this member publishes next. */
    void linkUp() {
        topics.values().forEach(CausalTopic::wholeNext);
    }

    private CausalTopic topic(String name) {
        return topics.computeIfAbsent(name, key -> new CausalTopic(key, room, new KnownPublishers(key)));
    }

    /** Where the effects of a step go, so that those of causal topics come in order. */
    Effects watch(long now, Effects out) {
        return effect -> {
            if (effect instanceof Effect.Deliver messages && StreamName.isCausal(messages.topic())) {
                open(messages, now, out);
            } else if (effect instanceof Effect.Gap gap && StreamName.isCausal(gap.topic())) {
                Part part = new Part(gap.from(), gap.to(), List.of(), List.of(), now);
                came(topic(gap.topic()), gap.origin(), part, now, out);
            } else {
                out.add(effect);
            }
        };
    }

    /** A part of a stream came, in its order. */
    private void came(CausalTopic topic, Origin origin, Part part, long now, Effects out) {
        CausalStream stream = topic.stream(origin, part.first());
        if (topic.isGiven(stream, part, now, out)) {
            return;
        }
        Part held = part.apart();
        if (isRoom(stream, held.cost(), now, out)) {
            topic.hold(stream, held, now, out);
        } else {
            topic.force(stream, part, now, out);
        }
    }

    /** Takes room for what is to be held back, if need be from the publisher that takes most of it. */
    private boolean isRoom(CausalStream stream, long bytes, long now, Effects out) {
        while (room.fits(bytes)) {
            if (room.take(stream, bytes)) {
                return true;
            }
            room.largest().forEach(large -> large.topic().giveAll(large, now, out));
        }
        return false;
    }

    private void open(Effect.Deliver messages, long now, Effects out) {
        if (messages.origin().equals(self)) {
            out.add(new Effect.Deliver(messages.topic(), self, messages.first(), payloads(messages)));
            return;
        }
        CausalTopic topic = topic(messages.topic());
        long sequence = messages.first();
        long first = sequence;
        List<Cause> causes = List.of();
        List<Bytes> payloads = new ArrayList<>();
        for (Bytes sealed : messages.payloads()) {
            Opened opened = CausalEnvelope.open(sealed);
            if ((opened == null || !opened.causes().isEmpty()) && !payloads.isEmpty()) {
                Part part = new Part(first, sequence - 1, causes, List.copyOf(payloads), now);
                came(topic, messages.origin(), part, now, out);
                payloads.clear();
            }
            if (payloads.isEmpty()) {
                first = sequence;
                causes = opened == null ? List.of() : others(opened.causes(), messages.origin());
            }
            if (opened == null) {
                out.add(new Effect.Rejected(
                        RejectReason.UNDECODABLE, messages.origin(), "Message " + sequence + " without its causes"));
                Part gap = new Part(sequence, sequence, List.of(), List.of(), now);
                came(topic, messages.origin(), gap, now, out);
            } else {
                payloads.add(opened.payload());
            }
            sequence++;
        }
        if (!payloads.isEmpty()) {
            Part part = new Part(first, sequence - 1, causes, List.copyOf(payloads), now);
            came(topic, messages.origin(), part, now, out);
        }
    }

    private static List<Bytes> payloads(Effect.Deliver messages) {
        List<Bytes> payloads = new ArrayList<>(messages.payloads().size());
        for (Bytes sealed : messages.payloads()) {
            Opened opened = CausalEnvelope.open(sealed);
            payloads.add(opened == null ? sealed : opened.payload());
        }
        return payloads;
    }

    /** What is its own comes in order anyway, and whatever this member said, in this life or before, is not to come. */
    private List<Cause> others(List<Cause> causes, Origin publisher) {
        return causes.stream()
                .filter(cause -> !cause.origin().equals(publisher)
                        && !cause.origin().id().equals(self.id()))
                .toList();
    }

    /** Whether nothing waits. */
    boolean isIdle() {
        return room.isEmpty();
    }

    void tick(long now, Effects out) {
        if (!room.isEmpty()) {
            topics.values().forEach(topic -> topic.tick(now, out));
        }
    }

    /** A member left; others that left before may have been forgotten over it. */
    void memberGone(long now, Effects out) {
        if (forgotten != inbound.table().everForgotten()) {
            forgotten = inbound.table().everForgotten();
            topics.entrySet().removeIf(entry -> {
                KnownPublishers known = new KnownPublishers(entry.getKey());
                return entry.getValue().retainOnly(publisher -> known.stream(publisher) != null);
            });
        }
        tick(now, out);
    }

    /** The publishers of a topic, as its streams show them. */
    private final class KnownPublishers implements CausalTopic.Publishers {
        private final String name;

        KnownPublishers(String name) {
            this.name = name;
        }

        @Nullable InboundStream stream(Origin publisher) {
            InboundSource source = inbound.table().source(publisher);
            return source == null ? null : source.find(name);
        }

        @Override
        public boolean isOver(Origin publisher, long now) {
            InboundSource source = inbound.table().source(publisher);
            return source != null && source.isGoneFor(Limits.CAUSE_NANOS, now);
        }

        @Override
        public long comesTo(Origin publisher, long waited) {
            InboundStream stream = stream(publisher);
            if (!isPresent.test(publisher) && !mayCome(publisher, stream, waited)) {
                return Long.MAX_VALUE;
            }
            return stream == null || !stream.isOpen() ? 0 : stream.begin() - 1;
        }

        @Override
        public boolean isComing(Origin publisher, long sequence, long now) {
            InboundStream stream = stream(publisher);
            return stream != null && stream.isComing(sequence, now);
        }

        /**
         * Whether there may be messages of who is not present. In a full mesh as long as there is a link. Beyond it if something
         * is known of it, since the neighbours may have the rest; and who is not known at all may just have come.
         */
        private boolean mayCome(Origin publisher, @Nullable InboundStream stream, long waited) {
            InboundSource source = inbound.table().source(publisher);
            if (source == null) {
                return isPartial && waited < Limits.UNHEARD_NANOS;
            }
            return stream != null && (isPartial || !source.isGone());
        }
    }
}
