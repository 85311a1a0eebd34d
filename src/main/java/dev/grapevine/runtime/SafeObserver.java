package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Tuning;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what an observer throws from the node: it is logged, the node goes on. */
final class SafeObserver implements GrapevineObserver {

    private static final Logger log = LoggerFactory.getLogger(SafeObserver.class);

    private final GrapevineObserver observer;

    SafeObserver(GrapevineObserver observer) {
        this.observer = observer;
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) { // whatever it is, the node is not what failed
            log.warn("An observer failed", e);
        }
    }

    @Override
    public void memberChanged(Member member, MemberStatus status) {
        tell(() -> observer.memberChanged(member, status));
    }

    @Override
    public void joinChanged(JoinState state) {
        tell(() -> observer.joinChanged(state));
    }

    @Override
    public void healthChanged(NodeHealth health) {
        tell(() -> observer.healthChanged(health));
    }

    @Override
    public void linksChanged(int links) {
        tell(() -> observer.linksChanged(links));
    }

    @Override
    public void protocol(ProtocolEvent event, long count) {
        tell(() -> observer.protocol(event, count));
    }

    @Override
    public void roundTrip(long nanos) {
        tell(() -> observer.roundTrip(nanos));
    }

    @Override
    public void tuned(Tuning tuning) {
        tell(() -> observer.tuned(tuning));
    }

    @Override
    public void published(String topic, int count) {
        tell(() -> observer.published(topic, count));
    }

    @Override
    public void delivered(String topic, int count) {
        tell(() -> observer.delivered(topic, count));
    }

    @Override
    public void lost(String topic, long count) {
        tell(() -> observer.lost(topic, count));
    }

    @Override
    public void subscriberMissed(String topic, long count) {
        tell(() -> observer.subscriberMissed(topic, count));
    }

    @Override
    public void framesDropped(DropReason reason, Lane lane, long count) {
        tell(() -> observer.framesDropped(reason, lane, count));
    }

    @Override
    public void outboxChanged(Lane lane, long bytes) {
        tell(() -> observer.outboxChanged(lane, bytes));
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        tell(() -> observer.rejected(reason, detail));
    }
}
