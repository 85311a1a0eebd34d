package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.step.Effect;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Pings on behalf of others (SWIM, section 3.1), answered with a nack when the target has not answered at 80 % of the
 * time-out (Lifeguard, section IV-A). Without a link to the target one is asked for, and the ping goes out when it is
 * there in time. Bounded: beyond the bound, or if the target is no member, the nack comes at once.
 */
final class Relays {

    /** Most pings for others under way at a time. */
    static final int MAX = 256;

    private static final class Relay {
        final Origin requester;
        final long sequence;
        final Origin target;
        long nackAt;
        long endsAt;
        boolean pinged;
        boolean nacked;

        Relay(Origin requester, MembershipFrame.PingRequest request) {
            this.requester = requester;
            this.sequence = request.sequence();
            this.target = request.target();
        }
    }

    private final MembershipSettings settings;
    private final MemberTable table;
    private final boolean nacks;
    private final Speaker speaker;
    private final TreeMap<Long, Relay> underWay = new TreeMap<>();

    Relays(MembershipSettings settings, Set<Refinement> refinements, MemberTable table, Speaker speaker) {
        this.settings = settings;
        this.nacks = refinements.contains(Refinement.LOCAL_HEALTH);
        this.table = table;
        this.speaker = speaker;
    }

    void onRequest(Origin from, MembershipFrame.PingRequest request, Step step) {
        Origin target = request.target();
        MemberRecord record = table.peek(target);
        Member member = record == null || !record.isPresent() ? null : record.member;
        if (underWay.size() >= MAX || (!speaker.isLinked(target) && member == null)) {
            nack(from, request.sequence(), step);
            return;
        }
        Relay relay = new Relay(from, request);
        relay.nackAt = step.now() + settings.probeTimeout().toNanos() * 8 / 10;
        relay.endsAt = step.now() + settings.probeInterval().toNanos();
        long sequence = speaker.nextSequence();
        underWay.put(sequence, relay);
        if (speaker.isLinked(target)) {
            ping(sequence, relay, step);
        } else if (member != null) {
            step.emit(new Effect.LinkWanted(member));
        }
    }

    /** Pings that waited for this link can be sent, as far as they are still of use. */
    void linkUp(Origin peer, Step step) {
        for (Map.Entry<Long, Relay> entry : underWay.entrySet()) {
            if (entry.getValue().target.equals(peer) && !entry.getValue().pinged) {
                ping(entry.getKey(), entry.getValue(), step);
            }
        }
    }

    private void ping(long sequence, Relay relay, Step step) {
        relay.pinged = true;
        Origin target = relay.target;
        speaker.send(target, new MembershipFrame.Ping(sequence, target, speaker.newsFor(target)), step);
    }

    /** Whether the ack was for one of these pings. */
    boolean onAck(Origin from, MembershipFrame.Ack ack, Step step) {
        Relay relay = underWay.get(ack.sequence());
        if (relay == null || !relay.target.equals(from)) {
            return false;
        }
        underWay.remove(ack.sequence());
        speaker.send(relay.requester, new MembershipFrame.Ack(relay.sequence, speaker.newsFor(relay.requester)), step);
        return true;
    }

    boolean isIdle() {
        return underWay.isEmpty();
    }

    void tick(Step step) {
        for (Map.Entry<Long, Relay> entry : new ArrayList<>(underWay.entrySet())) {
            Relay relay = entry.getValue();
            if (!relay.nacked && step.now() - relay.nackAt >= 0) {
                relay.nacked = true;
                nack(relay.requester, relay.sequence, step);
            }
            if (step.now() - relay.endsAt >= 0) {
                underWay.remove(entry.getKey());
            }
        }
    }

    private void nack(Origin requester, long sequence, Step step) {
        if (nacks) {
            speaker.send(requester, new MembershipFrame.Nack(sequence, speaker.newsFor(requester)), step);
        }
    }
}
