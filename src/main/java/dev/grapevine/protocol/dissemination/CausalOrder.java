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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Causal order across the publishers of a topic (Birman, Schiper, Stephenson, "Lightweight causal and atomic group multicast",
 * 1991): no subscriber is given a message before those that its publisher had been given when it published it. Each message
 * names these as what came new since the one before (causal barriers: Prakash, Raynal, Singhal, "An adaptive causal ordering
 * algorithm suited to mobile computing environments", 1997; here with each publisher's messages in order, so that a
 * difference is enough), and all of them every {@link Limits#WHOLE_CAUSES_EVERY} messages and after a link was opened.
 *
 * <p>Stands between the streams, which come here in order and whole but for gaps, and the subscribers. A message is held back
 * until what it names was given here or told as a gap. It is not waited for what was before this member's time, nor for what
 * nobody can have any more; after {@link Limits#CAUSE_NANOS}, or where what is held back finds no room, it is given up, and
 * counted. A gap names nothing: what the lost messages depended on is known again with the next whole one.
 */
final class CausalOrder {

    private final Origin self;
    private final InboundStreams inbound;
    private final Predicate<Origin> isPresent;
    private final DisseminationSettings settings;
    private final HeldBudget budget;
    private final Map<String, CausalTopic> topics = new LinkedHashMap<>();
    private boolean isPartial;

    CausalOrder(Origin self, InboundStreams inbound, Predicate<Origin> isPresent, DisseminationSettings settings) {
        this.self = self;
        this.inbound = inbound;
        this.isPresent = isPresent;
        this.settings = settings;
        this.budget = new HeldBudget(settings.reorderBytes());
    }

    void partial(boolean partial) {
        isPartial = partial;
    }

    /** What this member publishes, as it travels. */
    List<Bytes> seal(String name, List<Bytes> payloads) {
        if (!StreamName.isCausal(name)) {
            return payloads;
        }
        CausalTopic topic = topic(name);
        List<Bytes> sealed = new ArrayList<>(payloads.size());
        for (Bytes payload : payloads) {
            int most = CausalEnvelope.fitting(settings.longestSealed() - payload.length());
            sealed.add(CausalEnvelope.seal(topic.causes(most), payload));
        }
        return sealed;
    }

    /** A peer may begin with what this member publishes next. */
    void linkUp() {
        topics.values().forEach(CausalTopic::wholeNext);
    }

    private CausalTopic topic(String name) {
        return topics.computeIfAbsent(name, key -> new CausalTopic(key, budget, origin -> comesTo(key, origin)));
    }

    /** Where the effects of a step go, so that those of causal topics come in order. */
    Effects watch(long now, Effects out) {
        return effect -> {
            if (effect instanceof Effect.Deliver messages && StreamName.isCausal(messages.topic())) {
                open(messages, now, out);
            } else if (effect instanceof Effect.Gap gap && StreamName.isCausal(gap.topic())) {
                topic(gap.topic()).came(gap.origin(), new Part(gap.from(), gap.to(), List.of(), List.of()), now, out);
            } else {
                out.add(effect);
            }
        };
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
                topic.came(messages.origin(), new Part(first, sequence - 1, causes, List.copyOf(payloads)), now, out);
                payloads.clear();
            }
            if (payloads.isEmpty()) {
                first = sequence;
                causes = opened == null ? List.of() : others(opened.causes(), messages.origin());
            }
            if (opened == null) {
                out.add(new Effect.Rejected(
                        RejectReason.UNDECODABLE, messages.origin(), "Message " + sequence + " without its causes"));
                topic.came(messages.origin(), new Part(sequence, sequence, List.of(), List.of()), now, out);
            } else {
                payloads.add(opened.payload());
            }
            sequence++;
        }
        if (!payloads.isEmpty()) {
            topic.came(messages.origin(), new Part(first, sequence - 1, causes, List.copyOf(payloads)), now, out);
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

    /** What is its own comes in order anyway, and whatever this member said is here. */
    private List<Cause> others(List<Cause> causes, Origin publisher) {
        return causes.stream()
                .filter(cause ->
                        !cause.origin().equals(publisher) && !cause.origin().equals(self))
                .toList();
    }

    /** Up to where a publisher's messages are not to be waited for, nothing of it being held back. */
    private long comesTo(String name, Origin origin) {
        InboundSource source = inbound.table().source(origin);
        InboundStream stream = source == null ? null : source.find(name);
        boolean isGone = !isPresent.test(origin) && (!isPartial || stream == null);
        if (isGone && (source == null || source.isGone() || stream == null)) {
            return Long.MAX_VALUE;
        }
        return stream == null || !stream.isOpen() ? 0 : stream.begin() - 1;
    }

    /** Whether nothing waits. */
    boolean isIdle() {
        return topics.values().stream().allMatch(CausalTopic::isIdle);
    }

    void tick(long now, Effects out) {
        topics.values().forEach(topic -> topic.tick(now, out));
    }

    /** A member left; others that left before may have been forgotten over it. */
    void memberGone(long now, Effects out) {
        if (!topics.isEmpty()) {
            Set<Origin> known = new HashSet<>();
            inbound.table().sources().forEach(source -> known.add(source.origin()));
            topics.values().forEach(topic -> topic.retainOnly(known));
            tick(now, out);
        }
    }
}
