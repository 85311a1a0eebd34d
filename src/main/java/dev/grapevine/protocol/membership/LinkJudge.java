package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import org.jspecify.annotations.Nullable;

/**
 * Whether a peer that shows itself may have a link. Of two processes with one id the one that started later stays; of two
 * that even started at the same time, the one with the lower address.
 */
final class LinkJudge {

    private final Self self;
    private final MemberTable table;
    private final Speaker speaker;
    private final View view;
    private final RumorMill mill;

    LinkJudge(Self self, MemberTable table, Speaker speaker, View view, RumorMill mill) {
        this.self = self;
        this.table = table;
        this.speaker = speaker;
        this.view = view;
        this.mill = mill;
    }

    /** Null if it may, or why not. */
    @Nullable DialFailure judge(Member peer) {
        Origin origin = peer.origin();
        if (origin.id().equals(self.origin.id())) {
            return judgeNamesake(peer);
        }
        Member held = table.present().get(origin);
        boolean over = held == null
                ? view.supersederOf(origin, peer) != null
                : speaker.isLinked(origin) && peer.address().compareTo(held.address()) > 0;
        return over ? DialFailure.SUPERSEDED : null;
    }

    /**
     * Closes a link that is open unless its peer may have one.
     *
     * @param refusal what {@link #judge} said of the peer before the link was known
     * @return whether it may
     */
    boolean admits(Member peer, @Nullable DialFailure refusal, Step step) {
        Origin origin = peer.origin();
        if (refusal != null) {
            step.reject(RejectReason.SUPERSEDED, origin, "another life of this id or address is known: " + peer);
        } else if (mill.takesAPlace(peer, origin, step)) {
            step.reject(RejectReason.INVALID_RUMOR, origin, "a member with a working link has this address: " + peer);
        } else {
            return true;
        }
        step.emit(new Effect.Close(origin));
        return false;
    }

    private DialFailure judgeNamesake(Member peer) {
        Member own = self.member();
        int order = Long.compare(peer.origin().epoch(), own.origin().epoch());
        if (order == 0) {
            order = own.address().compareTo(peer.address());
        }
        return order == 0 ? DialFailure.SELF : order < 0 ? DialFailure.SUPERSEDED : DialFailure.PREDECESSOR;
    }
}
