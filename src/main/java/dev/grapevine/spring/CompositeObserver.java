package dev.grapevine.spring;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Tuning;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells several observers; one that throws does not keep the news from the next. */
final class CompositeObserver implements GrapevineObserver {

    private static final Logger LOG = LoggerFactory.getLogger(CompositeObserver.class);

    private final List<GrapevineObserver> observers;

    private CompositeObserver(List<GrapevineObserver> observers) {
        this.observers = observers;
    }

    static GrapevineObserver of(List<GrapevineObserver> observers) {
        return switch (observers.size()) {
            case 0 -> NONE;
            case 1 -> observers.get(0);
            default -> new CompositeObserver(List.copyOf(observers));
        };
    }

    private void each(Consumer<GrapevineObserver> news) {
        for (GrapevineObserver observer : observers) {
            try {
                news.accept(observer);
            } catch (RuntimeException e) {
                LOG.warn("Observer {} failed", observer, e);
            }
        }
    }

    @Override
    public void memberChanged(Member member, MemberStatus status) {
        each(observer -> observer.memberChanged(member, status));
    }

    @Override
    public void joinChanged(JoinState state) {
        each(observer -> observer.joinChanged(state));
    }

    @Override
    public void healthChanged(NodeHealth health) {
        each(observer -> observer.healthChanged(health));
    }

    @Override
    public void linksChanged(int links) {
        each(observer -> observer.linksChanged(links));
    }

    @Override
    public void protocol(ProtocolEvent event, long count) {
        each(observer -> observer.protocol(event, count));
    }

    @Override
    public void roundTrip(long nanos) {
        each(observer -> observer.roundTrip(nanos));
    }

    @Override
    public void tuned(Tuning tuning) {
        each(observer -> observer.tuned(tuning));
    }

    @Override
    public void published(String topic, int count) {
        each(observer -> observer.published(topic, count));
    }

    @Override
    public void delivered(String topic, int count) {
        each(observer -> observer.delivered(topic, count));
    }

    @Override
    public void lost(String topic, long count) {
        each(observer -> observer.lost(topic, count));
    }

    @Override
    public void subscriberMissed(String topic, long count) {
        each(observer -> observer.subscriberMissed(topic, count));
    }

    @Override
    public void framesDropped(DropReason reason, Lane lane, long count) {
        each(observer -> observer.framesDropped(reason, lane, count));
    }

    @Override
    public void outboxChanged(Lane lane, long bytes) {
        each(observer -> observer.outboxChanged(lane, bytes));
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        each(observer -> observer.rejected(reason, detail));
    }
}
