package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Part;
import dev.grapevine.protocol.frame.MembershipFrame.Sync;
import dev.grapevine.protocol.frame.MembershipFrame.SyncBuckets;
import dev.grapevine.protocol.frame.MembershipFrame.SyncDigest;
import dev.grapevine.protocol.frame.MembershipFrame.SyncHashes;
import dev.grapevine.protocol.frame.MembershipFrame.SyncRequest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Comparison of whole tables: over each new link, and now and then with a random peer, so that what gossip lost is found
 * again. By digest and delta: first the size and one hash of the view, which ends it if they are equal; then hashes of
 * parts of it, if it is large; then those of the members in the parts that differ; then the records that one side lacks.
 * Whoever gets a record answers with what it knows better; since each answer strictly overrides what it answers, the
 * exchange ends.
 *
 * <p>Tombstones are not compared. They answer those who still hold the dead for alive, and a newcomer is told the latest.
 */
final class TableSync {

    /** Most tombstones sent to a newcomer, the latest ones. */
    static final int MAX_TOMBSTONES = 128;

    /** For how many gossip intervals nobody has come or gone when tables are compared out of turn. */
    static final int CALM_INTERVALS = 5;

    /** Views up to this size are compared member by member at once. */
    static final int SMALL_VIEW = 64;

    private final MembershipSettings settings;
    private final MemberTable table;
    private final Speaker speaker;
    private final View view;
    private final RumorMill mill;
    private final TableDelta delta;
    private final WholeTransfers transfers = new WholeTransfers();
    private final SyncQuota quota = new SyncQuota();
    private long next;
    private long turnover;

    /** When it will have been calm for long enough since somebody came or went. */
    private @Nullable Long calm;

    TableSync(MembershipSettings settings, MemberTable table, Speaker speaker, View view, RumorMill mill) {
        this.settings = settings;
        this.table = table;
        this.speaker = speaker;
        this.view = view;
        this.mill = mill;
        this.delta = new TableDelta(table);
    }

    void start(long now) {
        next = now + settings.syncInterval().toNanos();
    }

    boolean isIdle() {
        return !transfers.isUnderWay();
    }

    void tick(Step step) {
        if (transfers.isStuck(step.now())) {
            endTransfer(step);
        }
        if (!isCalmAgain(step.now()) && step.now() - next < 0) {
            return;
        }
        next = step.now() + settings.syncInterval().toNanos();
        for (Origin peer : speaker.peers().draw(1, null)) {
            greet(peer, step);
        }
    }

    /**
     * Once each time that it has been calm for long enough since somebody came or went. Gossip reaches nearly everybody: least
     * surely who has few links, to peers that have many. Whoever was missed finds out soon in this way.
     */
    private boolean isCalmAgain(long now) {
        if (turnover != view.turnover()) {
            turnover = view.turnover();
            calm = now + CALM_INTERVALS * settings.gossipInterval().toNanos();
        }
        boolean again = calm != null && now - calm >= 0;
        if (again) {
            calm = null;
        }
        return again;
    }

    /** A link opened. Whoever dialled begins; the other only says what it holds against its peer. */
    void linkUp(Origin peer, boolean dialled, Step step) {
        if (dialled) {
            greet(peer, step);
        } else {
            speaker.charge(peer, step);
        }
    }

    void linkDown(Origin peer, Step step) {
        quota.forget(peer);
        if (transfers.forget(peer)) {
            endTransfer(step);
        }
    }

    void greet(Origin peer, Step step) {
        speaker.send(peer, digest(speaker.newsFor(peer)), step);
    }

    void receive(Origin from, MembershipFrame frame, Step step) {
        if (frame instanceof Sync sync) {
            boolean transferred = transfers.isFrom(from);
            int known = table.presentCount();
            // What everybody else knows is not news.
            speaker.hush(transferred);
            answer(from, sync, step);
            speaker.hush(false);
            if (transferred && table.presentCount() > known) {
                transfers.progress(step.now());
            }
        } else if (frame instanceof SyncDigest digest) {
            compare(from, digest, step);
        } else if (frame instanceof SyncBuckets buckets) {
            narrow(from, buckets, step);
        } else if (frame instanceof SyncHashes hashes) {
            exchange(from, hashes, step);
        } else if (frame instanceof SyncRequest request) {
            serve(from, request, step);
        }
    }

    private SyncDigest digest(List<Rumor> news) {
        return new SyncDigest(table.presentCount(), table.digest().root(), news);
    }

    private void compare(Origin from, SyncDigest digest, Step step) {
        if (transfers.isFrom(from)) {
            endTransfer(step);
        }
        int here = table.presentCount();
        int there = digest.members();
        if (here == there && table.digest().root() == digest.hash()) {
            return;
        }
        if (isNewcomer(here, there)) {
            if (transfers.begin(from, step.now())) {
                speaker.send(from, new SyncRequest(true, List.of()), step);
            }
        } else if (isNewcomer(there, here)) {
            speaker.send(from, digest(List.of()), step); // and it will ask
        } else if (Math.max(here, there) > SMALL_VIEW) {
            speaker.send(from, new SyncBuckets(delta.buckets()), step);
        } else {
            BitSet all = new BitSet();
            all.set(0, ViewHash.BUCKETS);
            sendHashes(from, all, step);
        }
    }

    /** Who knows a quarter of what the other knows, or less, is sent everything: to find out what it lacks costs more. */
    private static boolean isNewcomer(int here, int there) {
        return here <= there / 4;
    }

    private void narrow(Origin from, SyncBuckets buckets, Step step) {
        if (buckets.hashes().size() != ViewHash.BUCKETS) {
            step.reject(
                    RejectReason.INVALID_RANGE,
                    from,
                    "not a hash of each bucket: " + buckets.hashes().size());
            return;
        }
        sendHashes(from, delta.differing(buckets.hashes()), step);
    }

    private void sendHashes(Origin peer, BitSet buckets, Step step) {
        for (List<Part> parts : delta.hashes(buckets)) {
            speaker.send(peer, new SyncHashes(parts), step);
        }
    }

    private void exchange(Origin from, SyncHashes hashes, Step step) {
        for (Part part : hashes.parts()) {
            if (part.first() < 0 || part.first() > part.last() || part.last() >= ViewHash.BUCKETS) {
                step.reject(RejectReason.INVALID_RANGE, from, "no buckets: " + part.first() + " to " + part.last());
                return;
            }
        }
        TableDelta.Difference difference = delta.difference(hashes.parts());
        give(from, delta.claims(difference.lackedThere()), step);
        List<Long> lacked = difference.lackedHere();
        for (int i = 0; i < lacked.size(); i += MembershipFrame.MAX_HASHES) {
            List<Long> part = lacked.subList(i, Math.min(lacked.size(), i + MembershipFrame.MAX_HASHES));
            speaker.send(from, new SyncRequest(false, part), step);
        }
    }

    private void serve(Origin from, SyncRequest request, Step step) {
        if (!request.whole()) {
            give(from, delta.withHashes(request.hashes()), step);
        } else if (transfers.mayServe(from, step.now())) {
            send(from, Lane.BULK, wholeTable(from), step);
            speaker.send(from, Lane.BULK, digest(List.of()), step);
        } else {
            step.reject(RejectReason.TOO_MANY_REQUESTS, from, "has only just been sent the whole table");
        }
    }

    /** What a peer was found to lack, or asked for: much of it does not crowd out what is short and urgent. */
    private void give(Origin peer, List<Rumor> claims, Step step) {
        if (quota.grant(peer, claims.size(), table.presentCount(), step.now())) {
            send(peer, claims.size() > SMALL_VIEW ? Lane.BULK : Lane.CONTROL, claims, step);
        } else {
            step.reject(RejectReason.TOO_MANY_REQUESTS, peer, "has only just been given the table twice over");
        }
    }

    /** Who has learnt of so many lets its other peers compare: they may know nobody yet, or somebody else. */
    private void endTransfer(Step step) {
        Origin source = transfers.end();
        for (Origin peer : speaker.linked()) {
            if (!peer.equals(source)) {
                speaker.send(peer, digest(List.of()), step);
            }
        }
    }

    private void answer(Origin from, Sync sync, Step step) {
        LinkedHashSet<Rumor> better = new LinkedHashSet<>();
        // A suspect is told as alive and then suspected: only the stronger claim says what the peer holds. Answering
        // the weaker one as well would go back and forth for as long as both suspect.
        Map<Origin, Rumor> held = new LinkedHashMap<>();
        for (Rumor claim : sync.rumors()) {
            mill.hear(claim, from, step);
            if (!Claims.isAbsurd(claim)) {
                better.addAll(superseding(claim));
                held.merge(claim.subject(), claim, Claims::stronger);
            }
        }
        held.values().forEach(claim -> better.addAll(better(claim)));
        send(from, Lane.CONTROL, new ArrayList<>(better), step);
    }

    private List<Rumor> superseding(Rumor claim) {
        if (table.isPresent(claim.subject())) {
            return List.of();
        }
        Member member = claim instanceof Rumor.Alive alive ? alive.member() : null;
        MemberRecord superseder = view.supersederOf(claim.subject(), member);
        return superseder == null ? List.of() : superseder.claims();
    }

    private List<Rumor> better(Rumor claim) {
        MemberRecord held = table.peek(claim.subject());
        return held != null && isBetter(held, claim) ? held.claims() : List.of();
    }

    private static boolean isBetter(MemberRecord held, Rumor claim) {
        List<Rumor> claims = held.claims();
        @Nullable Rumor strongest = claims.isEmpty() ? null : claims.get(claims.size() - 1);
        return strongest != null && Claims.overrides(strongest, Claims.status(claim), claim.incarnation());
    }

    /** Every present member and the latest tombstones; first what the peer has to know of itself. */
    private List<Rumor> wholeTable(Origin peer) {
        LinkedHashSet<Rumor> rumors = new LinkedHashSet<>();
        MemberRecord own = table.peek(peer);
        Rumor charge = own == null ? null : own.charge();
        if (charge != null) {
            rumors.add(charge);
        }
        table.presentRecords().forEach(record -> rumors.addAll(record.claims()));
        table.latestTombstones(MAX_TOMBSTONES).forEach(record -> rumors.addAll(record.claims()));
        return new ArrayList<>(rumors);
    }

    private void send(Origin peer, Lane lane, List<Rumor> rumors, Step step) {
        for (List<Rumor> part : Speaker.split(rumors)) {
            speaker.send(peer, lane, new Sync(part), step);
        }
    }
}
