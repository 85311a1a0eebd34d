package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Counts what is sent among simulated members for what is delivered. Members are numbers. */
public final class TreeCosts {

    private final List<Published> published = new ArrayList<>();
    private final Map<Integer, List<Published>> byPublisher = new HashMap<>();
    private long copies;
    private long control;

    /** A message, and who has got it when, when it had come how far. */
    private static final class Published {
        private final BitSet receivers = new BitSet();
        private final BitSet owedTo;
        private final long at;
        private long lastAt;
        private int lastHop;

        Published(BitSet owedTo, long at) {
            this.owedTo = owedTo;
            this.at = at;
            this.lastAt = at;
        }
    }

    /**
     * What a stretch of time cost.
     *
     * @param messages how many were published
     * @param deliveries how many were delivered to others, of the messages published
     * @param owed how many should have been
     * @param copies how many runs with payloads were sent
     * @param control how many other frames
     * @param lastHop how many links the farthest delivery had come by
     * @param meanLastHop the same for each message, on average
     * @param meanLastMillis how long each message took to its last delivery, on average
     */
    public record Cost(
            int messages,
            long deliveries,
            long owed,
            long copies,
            long control,
            int lastHop,
            double meanLastHop,
            double meanLastMillis) {
        /**
         * Payload copies a delivery.
         *
         * @return the ratio, 1 for a perfect tree
         */
        public double copiesPerDelivery() {
            return (double) copies / owed;
        }

        /**
         * Frames without payloads for each with.
         *
         * @return the ratio
         */
        public double controlPerCopy() {
            return (double) control / copies;
        }

        /**
         * The share that was delivered of what should have been.
         *
         * @return the ratio, at most 1
         */
        public double delivered() {
            return (double) deliveries / owed;
        }
    }

    void published(int publisher, BitSet owedTo, long now) {
        Published message = new Published(owedTo, now);
        published.add(message);
        byPublisher.computeIfAbsent(publisher, key -> new ArrayList<>()).add(message);
    }

    void sent(DisseminationFrame frame) {
        boolean isPayload = frame instanceof Publications;
        copies += isPayload ? 1 : 0;
        control += isPayload ? 0 : 1;
    }

    /** A message reached a member by so many links, or by a repair, for 0. */
    void delivered(int publisher, long sequence, int member, int hops, long now) {
        Published message = byPublisher.get(publisher).get((int) sequence - 1);
        if (message.receivers.get(member)) {
            throw new AssertionError("Twice at " + member + ": " + sequence + " of " + publisher);
        }
        message.receivers.set(member);
        message.lastHop = Math.max(message.lastHop, hops);
        message.lastAt = now;
    }

    /** Forgets what was counted so far. */
    void countAnew() {
        copies = 0;
        control = 0;
        published.clear();
    }

    /** What was counted since the last time, of the messages published since then and the members that are alive. */
    Cost sum(IntPredicate isAlive) {
        long deliveries = 0;
        long owed = 0;
        int lastHop = 0;
        double hops = 0;
        double nanos = 0;
        for (Published message : published) {
            for (int member = message.owedTo.nextSetBit(0);
                    member >= 0;
                    member = message.owedTo.nextSetBit(member + 1)) {
                if (isAlive.test(member)) {
                    owed++;
                    deliveries += message.receivers.get(member) ? 1 : 0;
                }
            }
            lastHop = Math.max(lastHop, message.lastHop);
            hops += message.lastHop;
            nanos += message.lastAt - message.at;
        }
        int count = published.size();
        return new Cost(count, deliveries, owed, copies, control, lastHop, hops / count, nanos / count / 1e6);
    }
}
