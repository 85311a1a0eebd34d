package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Pace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is said to whom: frames over open links, each with news on its back, and how news travels: on frames that are sent
 * anyway; as gossip, in which all that is fresh goes to so many random peers that most members hear of it at first hand;
 * and when it is urgent at once, from its source to everybody linked and from whoever hears of it to as many as gossip
 * goes to. Who has passed a piece of news on often enough stops: blind counting (Demers et al. 1987, section 1.4).
 */
final class Speaker {

    /** Most bytes of news on the back of one frame: about what fits one packet. */
    static final int NEWS_BYTES = 1400;

    /** Most rumors on the back of one frame. */
    static final int NEWS_RUMORS = 32;

    /** Most peers that hear urgent news at once; where more are linked, these are chosen by chance and gossip does the rest. */
    static final int URGENT_FANOUT = 8;

    /** Most bytes of news in a frame of gossip. */
    static final int GOSSIP_BYTES = 16 * 1024;

    /** How often news is passed on at the least: few members lose proportionally more with a frame. */
    static final int LEAST_TIMES = 8;

    /** While more news than this waits, as when thousands start, none is passed on more often than that. */
    static final int BURST = 1024;

    /** Most bytes of rumors in a frame of its own. */
    static final int FRAME_BYTES = 48 * 1024;

    private final MembershipSettings settings;
    private final Set<Refinement> refinements;
    private final MemberTable table;
    private final PeerSampler peers;
    private final RumorQueue news;
    private final TreeSet<Origin> linked = new TreeSet<>();
    private final List<Rumor> urgent = new ArrayList<>();
    private final List<Rumor> eager = new ArrayList<>();

    /** Urgent news was passed on in this gossip interval already; what comes yet goes in its batch. */
    private boolean passedOn;

    private boolean speaking;
    private boolean hushed;
    private long nextGossip;
    private long sequence;

    /** How gossip is to go, or null: as set, for so many members. */
    private @Nullable Pace pace;

    private @Nullable Pace asSet;

    /** Bytes of gossip since the last round, and what is owed from before. */
    private long spent;

    Speaker(
            String ownZone,
            MembershipSettings settings,
            Set<Refinement> refinements,
            MemberTable table,
            RandomGenerator random) {
        this.settings = settings;
        this.refinements = refinements;
        this.table = table;
        this.peers = new PeerSampler(ownZone, random);
        this.news = new RumorQueue(settings.maxMembers());
    }

    /** Before this nothing is said. */
    void start(long now) {
        speaking = true;
        nextGossip = now + settings.gossipInterval().toNanos();
    }

    /** From now on gossip goes like this. */
    void pace(Pace changed) {
        pace = changed;
    }

    /** How gossip goes as set, for so many members. */
    Pace setPace() {
        int fanout = Math.max(settings.gossipFanout(), rounds());
        if (asSet == null || asSet.fanout() != fanout) {
            Set<Pace.Reason> reasons = fanout > settings.gossipFanout() ? Set.of(Pace.Reason.SIZE) : Set.of();
            asSet = new Pace(fanout, settings.gossipInterval(), GOSSIP_BYTES, 0, reasons);
        }
        return asSet;
    }

    private Pace pace() {
        return pace == null ? setPace() : pace;
    }

    void linkUp(Origin peer) {
        linked.add(peer);
        refresh(peer);
    }

    boolean linkDown(Origin peer) {
        boolean wasLinked = linked.remove(peer);
        refresh(peer);
        return wasLinked;
    }

    boolean isLinked(Origin peer) {
        return linked.contains(peer);
    }

    SortedSet<Origin> linked() {
        return Collections.unmodifiableSortedSet(linked);
    }

    /** A peer came, went or moved to another zone: only who is linked and present is drawn. */
    void refresh(Origin peer) {
        Member member = linked.contains(peer) ? table.present().get(peer) : null;
        if (member == null) {
            peers.remove(peer);
        } else {
            peers.put(peer, member.zone());
        }
    }

    /** Random linked members that are present. */
    PeerSampler peers() {
        return peers;
    }

    /** Random linked members that are present, to ask whether a target lives. */
    List<Origin> relaysFor(Origin target) {
        Member member = table.present().get(target);
        return peers.drawRelays(settings.indirectProbes(), target, member == null ? "" : member.zone());
    }

    /** A number for a ping or ping request that no other one under way has. */
    long nextSequence() {
        return sequence++;
    }

    void send(Origin to, MembershipFrame frame, Step step) {
        send(to, Lane.CONTROL, frame, step);
    }

    void send(Origin to, Lane lane, MembershipFrame frame, Step step) {
        if (speaking && linked.contains(to)) {
            step.emit(new Effect.Send(to, lane, frame));
        }
    }

    void broadcast(MembershipFrame frame, Step step) {
        for (Origin peer : linked) {
            send(peer, frame, step);
        }
    }

    /** News for one frame to this peer; first what it has to hear about itself. */
    List<Rumor> newsFor(Origin peer) {
        return newsFor(peer, NEWS_RUMORS, NEWS_BYTES);
    }

    private List<Rumor> newsFor(Origin peer, int mostRumors, int mostBytes) {
        List<Rumor> rumors = new ArrayList<>();
        Rumor charge = refinements.contains(Refinement.BUDDY) ? chargeOf(peer) : null;
        if (charge != null) {
            rumors.add(charge);
        }
        for (Rumor rumor : news.take(mostTimes(), mostRumors, mostBytes)) {
            if (!rumor.equals(charge)) {
                rumors.add(rumor);
            }
        }
        return List.copyOf(rumors);
    }

    /** Spreads by and by, or if it is a matter of deaths and departures at the end of the step. */
    void spread(Rumor rumor) {
        if (hushed) {
            return;
        }
        forgetAccusations(rumor);
        if (isUrgent(rumor) && maySomebodyLackIt() && !passedOn) {
            eager.add(rumor);
        } else {
            news.add(rumor);
        }
    }

    /** In a small full mesh whoever began has told everybody already. */
    private boolean maySomebodyLackIt() {
        boolean toldAll = linked.size() <= URGENT_FANOUT && linked.size() >= table.presentCount() - 1;
        return !toldAll && refinements.contains(Refinement.URGENCY);
    }

    /** A verdict in the same step has overtaken them. */
    private void forgetAccusations(Rumor verdict) {
        eager.removeIf(rumor -> rumor.subject().equals(verdict.subject()) && !(verdict instanceof Rumor.Suspect));
    }

    private static boolean isUrgent(Rumor rumor) {
        boolean refused = rumor instanceof Rumor.Suspect suspect && suspect.evidence() == Rumor.Evidence.REFUSED;
        return refused || rumor instanceof Rumor.Dead || rumor instanceof Rumor.Left;
    }

    /** Whether what could wait is not to be spread at all. */
    void hush(boolean quiet) {
        hushed = quiet;
    }

    /** Spreads at once to the linked peers, and then by and by. */
    void spreadAtOnce(Rumor rumor) {
        forgetAccusations(rumor);
        news.add(rumor);
        if (!refinements.contains(Refinement.URGENCY)) {
            return;
        }
        // However often a step makes this member refute, its peers are told the last word only.
        urgent.removeIf(older -> older.subject().equals(rumor.subject()) && RumorQueue.displaces(rumor, older));
        urgent.add(rumor);
    }

    /** Ends a step: what became urgent in it goes out, in as few frames as it fits. */
    void flush(Step step) {
        if (!urgent.isEmpty()) {
            tellUrgent(step);
        }
        if (!eager.isEmpty()) {
            passOn(step);
        }
    }

    private void tellUrgent(Step step) {
        List<Origin> hearers = linked.size() <= URGENT_FANOUT ? List.copyOf(linked) : peers.draw(URGENT_FANOUT, null);
        for (List<Rumor> part : split(urgent)) {
            hearers.forEach(peer -> gossip(peer, part, step));
        }
        urgent.clear();
    }

    private void passOn(Step step) {
        List<Origin> drawn = peers.draw(pace().fanout(), null);
        for (List<Rumor> part : split(eager)) {
            drawn.forEach(peer -> gossip(peer, part, step));
        }
        for (Rumor rumor : eager) {
            if (drawn.size() < mostTimes()) {
                news.add(rumor, drawn.size());
            }
        }
        eager.clear();
        passedOn = true;
    }

    /** Puts to a peer what is held against it, if anything. */
    void charge(Origin peer, Step step) {
        Rumor charge = chargeOf(peer);
        if (charge != null) {
            send(peer, new MembershipFrame.Gossip(List.of(charge)), step);
        }
    }

    private @Nullable Rumor chargeOf(Origin peer) {
        MemberRecord record = table.peek(peer);
        return record == null ? null : record.charge();
    }

    /** Puts to a peer at once what is held against it, and news. */
    void tell(Origin peer, Step step) {
        List<Rumor> rumors = newsFor(peer);
        if (!rumors.isEmpty()) {
            send(peer, new MembershipFrame.Gossip(rumors), step);
        }
    }

    /** Whether there is nothing to tell of. */
    boolean isIdle() {
        return news.isEmpty() && urgent.isEmpty() && eager.isEmpty();
    }

    void tick(Step step) {
        if (!speaking || step.now() - nextGossip < 0) {
            return;
        }
        passedOn = false;
        Pace now = pace();
        if (!news.isEmpty()) {
            for (Origin peer : peers.draw(now.fanout(), null)) {
                List<Rumor> rumors = newsFor(peer, MembershipFrame.MAX_RUMORS - 1, now.batchBytes());
                if (!rumors.isEmpty()) {
                    gossip(peer, rumors, step);
                }
            }
        }
        nextGossip = now.next(step.now(), spent);
        spent = now.owed(spent);
    }

    private void gossip(Origin peer, List<Rumor> rumors, Step step) {
        MembershipFrame gossip = new MembershipFrame.Gossip(rumors);
        spent += gossip.size();
        send(peer, gossip, step);
    }

    /**
     * In a burst everybody spreads everything, at a cost of the square of the members: whom the epidemic then misses, about
     * one in e^8, is told by the comparison of tables when it is over.
     */
    private int mostTimes() {
        return news.size() > BURST ? LEAST_TIMES : Math.max(LEAST_TIMES, settings.retransmitMultiplier() * rounds());
    }

    /** ceil(log2(n + 1)). */
    private int rounds() {
        return 32 - Integer.numberOfLeadingZeros(table.presentCount());
    }

    /** Cuts rumors into parts that fit a frame each. */
    static List<List<Rumor>> split(List<Rumor> rumors) {
        List<List<Rumor>> parts = new ArrayList<>();
        List<Rumor> part = new ArrayList<>();
        int bytes = 0;
        for (Rumor rumor : rumors) {
            boolean full = part.size() >= MembershipFrame.MAX_RUMORS || bytes + rumor.size() > FRAME_BYTES;
            if (full && !part.isEmpty()) {
                parts.add(List.copyOf(part));
                part.clear();
                bytes = 0;
            }
            part.add(rumor);
            bytes += rumor.size();
        }
        if (!part.isEmpty()) {
            parts.add(List.copyOf(part));
        }
        return parts;
    }
}
