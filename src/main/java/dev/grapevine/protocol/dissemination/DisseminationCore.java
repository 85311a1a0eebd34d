package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Time;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Topics in a full mesh: what this member publishes reaches every peer that it is linked to, in order, each message at
 * most once; what a link lost is repaired from the publisher's retained window, and what cannot be repaired any more is
 * announced as a gap.
 *
 * <p>A <em>stream</em> is what one origin publishes to one topic with one priority, numbered from 1 without holes. A publication crosses
 * each link once and is never forwarded. A peer's view of a stream begins with the first message that is published
 * after the two met; from there on it is given every message or a gap.
 *
 * <p>The two halves do not know each other: {@link LocalStreams} publishes and answers, {@link InboundStreams} receives
 * and asks. Publications and digests share a lane, so that a digest never tells of a message that is still behind it;
 * repairs and the answer that there is none share another, for the same reason. Critical streams have a lane of their
 * own for all of it.
 *
 * <p>A pure state machine: single-threaded, no clock, no chance of its own. Input from a peer never throws; what is not
 * acceptable becomes an {@link dev.grapevine.protocol.step.Effect.Rejected}. The bounds are those of
 * {@link DisseminationSettings} and {@link Limits}.
 */
public final class DisseminationCore {

    private final LocalStreams local;
    private final InboundStreams inbound;

    /**
     * A core that has published nothing and knows nobody.
     *
     * @param self this member in its present life
     * @param settings the bounds
     * @param random for the jitter of digests
     */
    public DisseminationCore(Origin self, DisseminationSettings settings, RandomGenerator random) {
        this.local = new LocalStreams(self, settings, random);
        this.inbound = new InboundStreams(settings);
    }

    /**
     * Publishes messages: numbers them, retains them, sends them to every linked peer and delivers them here.
     *
     * @param topic the stream's {@linkplain dev.grapevine.protocol.frame.StreamName name}: the topic's, or that of its
     *     critical messages
     * @param payloads the messages in their order, each within the payload limit, which the caller has checked; nothing
     *     happens if there are none
     * @param now the time
     * @param out where effects go. If the topic would be one more than {@code maxStreams}, a single rejection and
     *     nothing is published
     */
    public void publish(String topic, List<Bytes> payloads, Time now, Effects out) {
        local.publish(topic, payloads, now.nanos(), out);
    }

    /**
     * A link to a peer is open. A peer that is met for the first time sees what is published from now on; one that comes
     * back in the same life goes on where it was.
     *
     * @param peer who
     * @param now the time
     * @param out where effects go
     */
    public void linkUp(Origin peer, Time now, Effects out) {
        local.linkUp(peer, out);
        inbound.linkUp(peer, now.nanos());
    }

    /**
     * The link to a peer is gone. What it missed is repaired or announced when it is back.
     *
     * @param peer who
     * @param now the time
     * @param out where effects go
     */
    public void linkDown(Origin peer, Time now, Effects out) {
        local.linkDown(peer);
        inbound.linkDown(peer);
    }

    /**
     * A member left the view and has no link. What it could still have repaired becomes a gap, and what waited behind it
     * is delivered. Messages at the end of its streams that nobody here heard of are not a gap.
     *
     * @param member who
     * @param now the time
     * @param out where effects go
     */
    public void memberGone(Origin member, Time now, Effects out) {
        local.memberGone(member);
        inbound.memberGone(member, now.nanos(), out);
    }

    /**
     * A frame arrived.
     *
     * @param from the peer whose link it came on
     * @param frame the frame
     * @param now the time
     * @param out where effects go
     */
    public void receive(Origin from, DisseminationFrame frame, Time now, Effects out) {
        if (frame instanceof Publications publications) {
            inbound.publications(from, publications, now.nanos(), out);
        } else if (frame instanceof StreamDigest digest) {
            inbound.digest(from, digest, now.nanos(), out);
        } else if (frame instanceof Unavailable unavailable) {
            inbound.unavailable(from, unavailable, now.nanos(), out);
        } else if (frame instanceof Pull pull) {
            local.pull(from, pull, out);
        } else if (frame instanceof StreamQuery query) {
            local.query(from, query, out);
        }
    }

    /**
     * How long the next tick may take to come, as things stand: it is to come at once while a message is missing, was
     * published lately or is waited for by a peer. What all streams are told every now and then needs no tick of its own.
     *
     * @return nanoseconds
     */
    public long untilTick() {
        return local.isIdle() && inbound.isIdle() ? Long.MAX_VALUE : 0;
    }

    /**
     * Time has passed: digests, repairs that had to wait, and requests whose answer is overdue.
     *
     * @param now the time
     * @param out where effects go
     */
    public void tick(Time now, Effects out) {
        local.tick(now.nanos(), out);
        inbound.tick(now.nanos(), out);
    }
}
