package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MetadataDigest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Labels follow their digests: gossip says which labels a member has, and whoever lacks them asks the member itself or
 * whoever told, again and again with growing waits, until what comes has the hash that was told. Bounded: one wish a
 * member, so many requests under way in all and at one peer, so many answers a peer and gossip interval.
 */
final class MetadataSync {

    /** Most requests under way; other wishes wait until one is answered or overdue. */
    static final int MAX_UNDER_WAY = 64;

    /** Most requests under way at one peer. */
    static final int MAX_AT_PEER = 16;

    /** Most answers to one peer in a gossip interval; what it asks for beyond them is counted, and it asks again. */
    static final int MAX_SERVED = 64;

    /** As many are asked in turn before the wait grows. */
    private static final int TURNS = 3;

    private static final class Wish {
        final MetadataDigest digest;
        Origin teller;
        int tries;
        long nextTry;
        long overdueAt;

        /** Who is being asked. */
        @Nullable Origin asked;

        /** Who was asked last. */
        @Nullable Origin before;

        Wish(MetadataDigest digest, Origin teller, long now) {
            this.digest = digest;
            this.teller = teller;
            this.nextTry = now;
        }

        boolean isDue(long now) {
            return asked == null && now - nextTry >= 0;
        }
    }

    private final MembershipSettings settings;
    private final MemberTable table;
    private final Speaker speaker;
    private final View view;
    private final RandomGenerator random;
    private final TreeMap<Origin, Wish> wishes = new TreeMap<>();

    /** What linked peers said in their handshakes, until the first claim about them shows whether it still holds. */
    private final TreeMap<Origin, Map<String, String>> introduced = new TreeMap<>();

    private final TreeMap<Origin, Integer> underWayAt = new TreeMap<>();
    private final TreeMap<Origin, Integer> servedTo = new TreeMap<>();
    private int underWay;
    private long serveAnew;

    MetadataSync(MembershipSettings settings, MemberTable table, Speaker speaker, View view, RandomGenerator random) {
        this.settings = settings;
        this.table = table;
        this.speaker = speaker;
        this.view = view;
        this.random = random;
    }

    /** A claim about a member was heard from a peer: its labels are asked for if they are not the ones held. */
    void heard(Origin subject, Origin from, Step step) {
        take(subject, Map.of(), step);
        Map<String, String> said = introduced.remove(subject);
        if (said != null) {
            take(subject, said, step);
        }
        MemberRecord record = table.get(subject);
        if (record == null || !record.isPresent() || record.hasMetadata()) {
            forget(subject);
            return;
        }
        Wish wish = wishes.get(subject);
        if (wish == null || !wish.digest.equals(record.metadata)) {
            forget(subject);
            wish = new Wish(record.metadata, from, step.now());
            wishes.put(subject, wish);
        } else {
            wish.teller = from;
        }
        if (wish.isDue(step.now())) {
            ask(subject, wish, step);
        }
    }

    /** A link is open whose peer said in the handshake which labels it has. */
    void linkUp(Origin peer, Map<String, String> metadata, Step step) {
        introduced.put(peer, metadata);
        take(peer, metadata, step);
    }

    /** Labels that may be those waited for; others are dropped. */
    private void take(Origin subject, Map<String, String> metadata, Step step) {
        MemberRecord record = table.get(subject);
        if (record != null && record.isPresent() && !record.hasMetadata() && record.metadata.matches(metadata)) {
            forget(subject);
            view.relabel(record, metadata, step);
        }
    }

    void onRequest(Origin from, MembershipFrame.MetadataRequest request, Step step) {
        MemberRecord record = table.get(request.subject());
        if (record == null || request.version() < 0) {
            step.reject(RejectReason.INVALID_RUMOR, from, "asks for the labels of a stranger: " + request);
        } else if (servedTo.merge(from, 1, Integer::sum) > MAX_SERVED) {
            step.reject(RejectReason.TOO_MANY_REQUESTS, from, "asks for more labels than it is given at a time");
        } else if (record.isPresent()
                && record.hasMetadata()
                && record.metadata.version() >= request.version()
                && record.claims().get(0) instanceof Rumor.Alive claim) {
            Map<String, String> labels = record.member == null ? Map.of() : record.member.metadata();
            speaker.send(from, Lane.BULK, new MembershipFrame.Metadata(claim, labels), step);
        }
    }

    /** The claim in the answer has been heard already. */
    void onAnswer(Origin from, MembershipFrame.Metadata answer, Step step) {
        if (!answer.claim().metadata().matches(answer.metadata())) {
            step.reject(RejectReason.INVALID_METADATA, from, "labels that are not those of " + answer.claim());
            return;
        }
        Wish wish = wishes.get(answer.claim().subject());
        if (wish != null && from.equals(wish.asked)) {
            release(wish);
        }
        take(answer.claim().subject(), answer.metadata(), step);
        askDue(step);
    }

    void linkDown(Origin peer) {
        servedTo.remove(peer);
        introduced.remove(peer);
        for (Wish wish : wishes.values()) {
            if (peer.equals(wish.asked)) {
                release(wish);
            }
        }
    }

    /** Whether no labels are waited for, and none were given since peers were last served anew. */
    boolean isIdle() {
        return wishes.isEmpty() && servedTo.isEmpty();
    }

    void tick(Step step) {
        if (step.now() - serveAnew >= 0) {
            servedTo.clear();
            serveAnew = step.now() + settings.gossipInterval().toNanos();
        }
        releaseOverdue(step.now());
        askDue(step);
        view.announceWaiting(step);
    }

    /** In turn as long as requests may be under way. */
    private void askDue(Step step) {
        for (Map.Entry<Origin, Wish> entry : wishes.entrySet()) {
            Wish wish = entry.getValue();
            if (wish.isDue(step.now()) && !ask(entry.getKey(), wish, step)) {
                return;
            }
        }
    }

    /** Wishes for members that are gone, and requests whose answer is overdue, do not keep others waiting. */
    private void releaseOverdue(long now) {
        for (Iterator<Map.Entry<Origin, Wish>> all = wishes.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Origin, Wish> entry = all.next();
            Wish wish = entry.getValue();
            if (!table.isPresent(entry.getKey())) {
                release(wish);
                all.remove();
            } else if (wish.asked != null && now - wish.overdueAt >= 0) {
                release(wish);
            }
        }
    }

    /** False if as many requests as may be are under way. */
    private boolean ask(Origin subject, Wish wish, Step step) {
        if (underWay >= MAX_UNDER_WAY) {
            return false;
        }
        Origin peer = whomToAsk(subject, wish);
        if (peer == null) {
            return true;
        }
        wish.asked = peer;
        wish.before = peer;
        underWay++;
        underWayAt.merge(peer, 1, Integer::sum);
        wish.overdueAt = step.now() + settings.probeTimeout().toNanos();
        wish.nextTry = step.now() + patience(wish.tries++ / TURNS);
        MembershipFrame request = new MembershipFrame.MetadataRequest(subject, wish.digest.version());
        speaker.send(peer, request, step);
        return true;
    }

    /**
     * In turns: the member itself, whoever told last, anybody. Who has no room or is not linked gives way to the next, and
     * so does whoever was asked last, as long as there is another.
     */
    private @Nullable Origin whomToAsk(Origin subject, Wish wish) {
        List<Origin> turns = new ArrayList<>(List.of(subject, wish.teller));
        turns.addAll(speaker.peers().draw(1, null));
        Collections.rotate(turns, -wish.tries % turns.size());
        Origin before = wish.before;
        if (before != null && turns.removeIf(before::equals)) {
            turns.add(before);
        }
        return turns.stream()
                .filter(speaker::isLinked)
                .filter(peer -> underWayAt.getOrDefault(peer, 0) < MAX_AT_PEER)
                .findFirst()
                .orElse(null);
    }

    /** Doubled each time that all had their turn, up to the interval of table syncs, and jittered by half. */
    private long patience(int rounds) {
        long longest = settings.syncInterval().toNanos();
        long wait = Math.min(longest, settings.probeTimeout().toNanos() << Math.min(rounds, 20));
        return wait / 2 + random.nextLong(wait / 2 + 1);
    }

    private void forget(Origin subject) {
        Wish wish = wishes.remove(subject);
        if (wish != null) {
            release(wish);
        }
    }

    private void release(Wish wish) {
        if (wish.asked != null) {
            underWay--;
            underWayAt.computeIfPresent(wish.asked, (peer, count) -> count > 1 ? count - 1 : null);
            wish.asked = null;
        }
    }
}
