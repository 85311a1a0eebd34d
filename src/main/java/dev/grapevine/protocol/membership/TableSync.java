package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Push-pull of whole tables: with every new link, and now and then with a random peer, so that what gossip lost is found
 * again. The receiver sends back only what it knows better; since each answer strictly overrides what it answers, the
 * exchange ends.
 */
final class TableSync {

    /** Most tombstones sent along, the latest ones. */
    static final int MAX_TOMBSTONES = 128;

    private final MembershipSettings settings;
    private final MemberTable table;
    private final Speaker speaker;
    private final View view;
    private final RumorMill mill;
    private long next;

    TableSync(MembershipSettings settings, MemberTable table, Speaker speaker, View view, RumorMill mill) {
        this.settings = settings;
        this.table = table;
        this.speaker = speaker;
        this.view = view;
        this.mill = mill;
    }

    void start(long now) {
        next = now + settings.syncInterval().toNanos();
    }

    void tick(Step step) {
        if (step.now() - next < 0) {
            return;
        }
        next = step.now() + settings.syncInterval().toNanos();
        for (Origin peer : speaker.someMembers(1, null)) {
            send(peer, true, wholeTable(peer), step);
        }
    }

    /** Tells a new peer everything. It does the same, since both see the link open. */
    void greet(Origin peer, Step step) {
        send(peer, false, wholeTable(peer), step);
    }

    void receive(Origin from, MembershipFrame.Sync sync, Step step) {
        LinkedHashSet<Rumor> better = new LinkedHashSet<>();
        // A suspect is told as alive and then suspected: only the stronger claim says what the peer holds. Answering
        // the
        // weaker one as well would go back and forth for as long as both suspect.
        Map<Origin, Rumor> held = new LinkedHashMap<>();
        for (Rumor claim : sync.rumors()) {
            mill.hear(claim, from, step);
            if (!Claims.isAbsurd(claim)) {
                better.addAll(superseding(claim));
                held.merge(claim.subject(), claim, Claims::stronger);
            }
        }
        held.values().forEach(claim -> better.addAll(better(claim)));
        if (sync.reply()) {
            send(from, false, wholeTable(from), step);
        } else if (!better.isEmpty()) {
            send(from, false, new ArrayList<>(better), step);
        }
    }

    private List<Rumor> superseding(Rumor claim) {
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

    private void send(Origin peer, boolean reply, List<Rumor> rumors, Step step) {
        List<List<Rumor>> parts = Speaker.split(rumors);
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            speaker.send(peer, new MembershipFrame.Sync(reply && last, parts.get(i)), step);
        }
    }
}
