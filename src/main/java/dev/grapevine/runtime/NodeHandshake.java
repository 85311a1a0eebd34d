package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Handshake;
import dev.grapevine.wire.Hello;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom a node admits: members of its cluster, of a version it speaks, one connection a pair, and never itself. */
final class NodeHandshake implements Handshake {

    private static final Logger log = LoggerFactory.getLogger(NodeHandshake.class);

    private final String cluster;
    private final GrapevineObserver observer;
    private final RefusalLog refusals;
    private @Nullable Member self;
    private @Nullable PeerLinks links;
    private Function<Member, @Nullable DialFailure> verdict = member -> DialFailure.NOT_READY;
    private boolean open;
    private boolean warned;

    NodeHandshake(String cluster, GrapevineObserver observer, RefusalLog refusals) {
        this.cluster = cluster;
        this.observer = observer;
        this.refusals = refusals;
    }

    /** Warns of those with whom there can be no link as they are set up. */
    RefusalLog refusals() {
        return refusals;
    }

    /** The port is known, so the node knows who it is. */
    void identify(Member member, PeerLinks peerLinks) {
        self = member;
        links = peerLinks;
    }

    /** Who knows the members decides whose place is taken. */
    void consult(Function<Member, @Nullable DialFailure> membership) {
        verdict = membership;
    }

    /** This member describes itself differently from now on. */
    void describe(Member member) {
        self = member;
    }

    /** From now on peers are admitted, or no longer. */
    void setOpen(boolean open) {
        this.open = open;
    }

    @Override
    public Hello hello() {
        if (self == null) {
            throw new IllegalStateException("No hello before the node is bound");
        }
        return new Hello(cluster, Hello.PROTOCOL_VERSION, Hello.PROTOCOL_VERSION, self);
    }

    @Override
    public @Nullable DialFailure judge(Hello remote, boolean dialled) {
        DialFailure failure = verdict(remote, dialled);
        if (failure != null && !dialled) { // whom this side dialled is told with the dial
            refusals.refused(
                    remote.member().address(),
                    failure,
                    "refuses " + MembershipNews.described(remote.member()) + " of cluster '" + remote.cluster()
                            + "', protocol versions " + remote.minVersion() + " to " + remote.version() + ": "
                            + failure);
        }
        return failure;
    }

    private @Nullable DialFailure verdict(Hello remote, boolean dialled) {
        if (!open || self == null || links == null) {
            return DialFailure.NOT_READY;
        }
        if (!remote.cluster().equals(cluster)) {
            return DialFailure.FOREIGN_CLUSTER;
        }
        if (remote.minVersion() > Hello.PROTOCOL_VERSION || remote.version() < Hello.PROTOCOL_VERSION) {
            return DialFailure.WRONG_VERSION;
        }
        DialFailure refusal = verdict.apply(remote.member());
        if (refusal != null) {
            warnOfNamesake(remote.member(), refusal);
            return refusal;
        }
        return links.wants(remote.member().origin(), dialled) ? null : DialFailure.DUPLICATE;
    }

    private void warnOfNamesake(Member remote, DialFailure refusal) {
        if (refusal != DialFailure.SELF && self != null && remote.id().equals(self.id()) && !warned) {
            warned = true;
            log.warn(
                    "Another process runs with the id of this member, {}: {}. The one that started later stays",
                    self,
                    Printable.of(remote.toString()));
        }
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        log.debug("Refused: {} {}", reason, detail);
        observer.rejected(reason, detail);
    }
}
