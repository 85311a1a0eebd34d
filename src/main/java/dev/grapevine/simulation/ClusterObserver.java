package dev.grapevine.simulation;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Tuning;
import java.util.function.BiConsumer;

/** Puts what a node tells into the trace, hands its membership to the checkers, and passes all of it on. */
final class ClusterObserver implements GrapevineObserver {

    private final BiConsumer<String, String> trace;
    private final BiConsumer<Member, MemberStatus> membership;
    private final GrapevineObserver next;

    ClusterObserver(
            BiConsumer<String, String> trace, BiConsumer<Member, MemberStatus> membership, GrapevineObserver next) {
        this.trace = trace;
        this.membership = membership;
        this.next = next;
    }

    @Override
    public void memberChanged(Member member, MemberStatus status) {
        trace.accept("member", member.name() + " " + member.origin() + " " + status);
        membership.accept(member, status);
        next.memberChanged(member, status);
    }

    @Override
    public void joinChanged(JoinState state) {
        trace.accept("join", state.name());
        next.joinChanged(state);
    }

    @Override
    public void healthChanged(NodeHealth health) {
        trace.accept("health", health.toString());
        next.healthChanged(health);
    }

    @Override
    public void linksChanged(int links) {
        trace.accept("links", Integer.toString(links));
        next.linksChanged(links);
    }

    @Override
    public void protocol(ProtocolEvent event, long count) {
        trace.accept(event.name(), Long.toString(count));
        next.protocol(event, count);
    }

    @Override
    public void roundTrip(long nanos) {
        trace.accept("round trip", Long.toString(nanos));
        next.roundTrip(nanos);
    }

    @Override
    public void tuned(Tuning tuning) {
        trace.accept("tuned", tuning.explanation());
        next.tuned(tuning);
    }

    @Override
    public void published(String topic, int count) {
        trace.accept("published", topic + " " + count);
        next.published(topic, count);
    }

    @Override
    public void delivered(String topic, int count) {
        trace.accept("delivered", topic + " " + count);
        next.delivered(topic, count);
    }

    @Override
    public void lost(String topic, long count) {
        trace.accept("lost", topic + " " + count);
        next.lost(topic, count);
    }

    @Override
    public void subscriberMissed(String topic, long count) {
        trace.accept("missed", topic + " " + count);
        next.subscriberMissed(topic, count);
    }

    @Override
    public void framesDropped(DropReason reason, Lane lane, long count) {
        trace.accept("dropped", reason.name() + " " + lane.name() + " " + count);
        next.framesDropped(reason, lane, count);
    }

    @Override
    public void outboxChanged(Lane lane, long bytes) {
        trace.accept("outbox", lane.name() + " " + bytes);
        next.outboxChanged(lane, bytes);
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        trace.accept("rejected", reason.name() + " " + detail);
        next.rejected(reason, detail);
    }
}
