package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * SWIM's failure detector (section 3.1): each period one member is pinged; who does not answer in time is pinged through
 * k others; who has not answered either way when the period ends has failed the probe. Lifeguard's nacks (section IV-A)
 * tell a silent target from a deaf prober. At most one probe of a member is under way at a time.
 */
final class Prober {

    private static final class Probe {
        final Origin target;
        final TreeSet<Origin> relays = new TreeSet<>();
        final TreeSet<Origin> silentRelays = new TreeSet<>();
        long started;
        long directUntil;
        long failsAt;
        boolean indirect;
        long askedAt;

        Probe(Origin target, long started) {
            this.target = target;
            this.started = started;
        }
    }

    private final MembershipSettings settings;
    private final Set<Refinement> refinements;
    private final MemberTable table;
    private final Speaker speaker;
    private final RandomGenerator random;
    private final LocalHealth health;
    private final OwnPause ownPause;
    private final ProbeRing ring;

    /** Whom this member is linked to: whom it watches while there are too many for a full mesh. */
    private final ProbeRing neighbours;

    private final TreeSet<Origin> linked = new TreeSet<>();
    private boolean onlyNeighbours;

    /** By sequence, which is the order in which they began. */
    private final TreeMap<Long, Probe> underWay = new TreeMap<>();

    private final TreeMap<Origin, Long> sequenceOf = new TreeMap<>();
    private final TreeMap<Origin, Long> soon = new TreeMap<>();
    private boolean started;
    private long nextPeriod;
    private long tickedAt;

    Prober(
            MembershipSettings settings,
            Set<Refinement> refinements,
            MemberTable table,
            Speaker speaker,
            LocalHealth health,
            OwnPause ownPause,
            RandomGenerator random) {
        this.settings = settings;
        this.refinements = refinements;
        this.table = table;
        this.speaker = speaker;
        this.health = health;
        this.ownPause = ownPause;
        this.random = random;
        this.ring = new ProbeRing(random);
        this.neighbours = new ProbeRing(random);
    }

    void start(long now) {
        started = true;
        nextPeriod = now + random.nextLong(settings.probeInterval().toNanos());
    }

    void stop() {
        started = false;
        underWay.clear();
        sequenceOf.clear();
        soon.clear();
    }

    void watchNeighbours(boolean only) {
        onlyNeighbours = only;
    }

    boolean watchesNeighbours() {
        return onlyNeighbours;
    }

    void linkUp(Origin peer) {
        if (linked.add(peer)) {
            neighbours.add(peer);
        }
    }

    void linkDown(Origin peer) {
        if (linked.remove(peer)) {
            neighbours.remove(peer);
        }
    }

    void admit(Origin member) {
        ring.add(member);
    }

    void forget(Origin member) {
        ring.remove(member);
        soon.remove(member);
        end(member);
    }

    /**
     * Probes a member out of turn after a little random wait, so that not everybody who heard the same does it at once. False
     * if a probe of it is under way, whose ping may have gone before what is held against the member was known.
     */
    boolean probeSoon(Origin member, long now) {
        if (!started || sequenceOf.containsKey(member)) {
            return false;
        }
        if (!soon.containsKey(member)) {
            soon.put(member, now + random.nextLong(settings.probeTimeout().toNanos() / 2));
        }
        return true;
    }

    /** Probes a member whose link was lost: it cannot answer directly, so others are asked at once. */
    void linkLost(Origin member, Step step) {
        Long sequence = sequenceOf.get(member);
        Probe probe = sequence == null ? null : underWay.get(sequence);
        if (sequence == null || probe == null) {
            begin(member, step);
        } else if (!probe.indirect) {
            askOthers(sequence, probe, step);
        }
    }

    /**
     * How long until a probe is to begin or to go on, as things stand; not positive if one is due. While one is under way a tick is due a
     * quarter of a probe interval after the last, and at once while others are asked to help, since a pause of this member's own has
     * to show before the probe fails.
     */
    long untilDue(long now) {
        if (!started) {
            return Long.MAX_VALUE;
        }
        long wait = nextPeriod - now;
        if (!underWay.isEmpty()) {
            wait = Math.min(wait, tickedAt + settings.probeInterval().toNanos() / 4 - now);
        }
        for (Probe probe : underWay.values()) {
            wait = Math.min(wait, probe.indirect ? 0 : probe.directUntil - now);
        }
        for (long due : soon.values()) {
            wait = Math.min(wait, due - now);
        }
        return wait;
    }

    /** Begins and continues probes; whoever failed one now. */
    List<Origin> tick(Step step) {
        if (!started) {
            return List.of();
        }
        tickedAt = step.now();
        List<Origin> failed = new ArrayList<>();
        for (Map.Entry<Long, Probe> entry : new ArrayList<>(underWay.entrySet())) {
            Probe probe = entry.getValue();
            if (step.now() - probe.failsAt >= 0) {
                end(probe.target);
                step.note(ProtocolEvent.PROBE_FAILED);
                health.worse(1 + probe.silentRelays.size());
                if (wasDeaf(probe)) {
                    ownPause.deaf(probe.askedAt);
                } else {
                    failed.add(probe.target);
                }
            } else if (isVerdictOfOthers(probe.target)
                    && step.now() - probe.started >= settings.probeTimeout().toNanos()) {
                end(probe.target);
                step.note(ProtocolEvent.PROBE_FAILED);
                failed.add(probe.target);
            } else if (!probe.indirect && step.now() - probe.directUntil >= 0) {
                askOthers(entry.getKey(), probe, step);
            }
        }
        beginDue(step);
        return failed;
    }

    void onAck(Origin from, MembershipFrame.Ack ack, Step step) {
        Probe probe = underWay.get(ack.sequence());
        if (probe == null) {
            return; // late: the probe has ended
        }
        if (!from.equals(probe.target) && !probe.relays.contains(from)) {
            step.reject(RejectReason.FORGED_ORIGIN, from, "ack for a probe that it was not asked for");
            return;
        }
        end(probe.target);
        health.better();
        if (from.equals(probe.target)) {
            step.note(ProtocolEvent.PROBE_ACKED);
            step.emit(new Effect.RoundTrip(from, step.now() - probe.started));
        } else {
            step.note(ProtocolEvent.PROBE_ACKED_INDIRECTLY);
        }
    }

    void onNack(Origin from, MembershipFrame.Nack nack) {
        Probe probe = underWay.get(nack.sequence());
        if (probe != null) {
            probe.silentRelays.remove(from);
        }
    }

    /**
     * This member stood still, or heard nobody, for so long: nobody could answer it meanwhile. Each probe has one
     * time-out more at least, in which what waits in the inbox is read.
     */
    void shift(long gap, long now) {
        long atLeast = now + settings.probeTimeout().toNanos();
        for (Probe probe : underWay.values()) {
            probe.started += gap;
            probe.directUntil = Math.max(probe.directUntil + gap, atLeast);
            probe.failsAt = Math.max(probe.failsAt + gap, atLeast);
        }
    }

    /**
     * Whether a probe that failed says nothing about its target, since none of those who were asked to help answered
     * either, nor was anybody else heard. A link that is lost is evidence all the same.
     */
    private boolean wasDeaf(Probe probe) {
        return refinements.contains(Refinement.OWN_PAUSE)
                && speaker.isLinked(probe.target)
                && !probe.relays.isEmpty()
                && ownPause.heardNobodySince(probe.askedAt);
    }

    /**
     * Whether others have agreed that a member is dead: then its silence towards this one needs no relays to be believed, and is
     * no sign of this member's own condition.
     */
    private boolean isVerdictOfOthers(Origin target) {
        MemberRecord record = table.peek(target);
        return record != null && record.isCondemned() && record.isAgreed();
    }

    private void beginDue(Step step) {
        List<Origin> due = new ArrayList<>();
        soon.forEach((member, at) -> {
            if (step.now() - at >= 0) {
                due.add(member);
            }
        });
        for (Origin member : due) {
            soon.remove(member);
            begin(member, step);
        }
        if (step.now() - nextPeriod < 0) {
            return;
        }
        // Periods keep their rhythm however late a tick comes, but missed ones are not made up for.
        long period = health.scale(settings.probeInterval().toNanos());
        nextPeriod = step.now() - nextPeriod < period ? nextPeriod + period : step.now() + period;
        Origin target = onlyNeighbours && !linked.isEmpty() ? neighbours.next() : ring.next();
        if (target != null) {
            begin(target, step);
        }
    }

    private void begin(Origin target, Step step) {
        if (!started || !table.isPresent(target) || sequenceOf.containsKey(target)) {
            return;
        }
        long sequence = speaker.nextSequence();
        Probe probe = new Probe(target, step.now());
        probe.directUntil = step.now() + health.scale(settings.probeTimeout().toNanos());
        probe.failsAt = step.now() + health.scale(settings.probeInterval().toNanos());
        underWay.put(sequence, probe);
        sequenceOf.put(target, sequence);
        soon.remove(target);
        if (speaker.isLinked(target)) {
            speaker.send(target, new MembershipFrame.Ping(sequence, target, speaker.newsFor(target)), step);
        } else {
            askOthers(sequence, probe, step);
        }
    }

    private void askOthers(long sequence, Probe probe, Step step) {
        probe.indirect = true;
        probe.askedAt = step.now();
        for (Origin relay : speaker.relaysFor(probe.target)) {
            probe.relays.add(relay);
            probe.silentRelays.add(relay);
            speaker.send(relay, new MembershipFrame.PingRequest(sequence, probe.target, speaker.newsFor(relay)), step);
        }
    }

    private void end(Origin target) {
        Long sequence = sequenceOf.remove(target);
        if (sequence != null) {
            underWay.remove(sequence);
        }
    }
}
