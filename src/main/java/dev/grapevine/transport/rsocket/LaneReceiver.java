package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LaneScheduler;
import dev.grapevine.wire.Decoded;
import dev.grapevine.wire.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.rsocket.Payload;
import java.util.ArrayDeque;
import java.util.List;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * The peer's direction of a lane: decodes on arrival, and grants the peer new credit for what was consumed.
 *
 * <p>At most {@code framesInFlight} wire frames are on their way or wait to be consumed; credit is given back when three
 * quarters of it are used up, so that the peer need not pause, or {@link LaneScheduler#GRANT_BYTES} were consumed: the peer
 * counts what it was not told of as being on its way.
 */
final class LaneReceiver implements CoreSubscriber<Payload> {

    private final RSocketLink link;
    private final Lane lane;
    private final int threshold;
    private boolean opening;
    private int credit;
    private int consumed;
    private int consumedBytes;
    private final ArrayDeque<Integer> lengths = new ArrayDeque<>();

    /**
     * A lane's receiving half.
     *
     * @param opening whether the peer opens the lane, with a first payload that names it
     */
    LaneReceiver(RSocketLink link, Lane lane, boolean opening, int framesInFlight) {
        this.link = link;
        this.lane = lane;
        this.opening = opening;
        this.credit = framesInFlight;
        this.threshold = Math.max(1, framesInFlight * 3 / 4);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        // Not what the peer is told: see PeerConnection.
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Payload payload) {
        try {
            if (opening) {
                open(payload.data());
            } else if (credit == 0) {
                link.broken(RejectReason.MALFORMED_FRAME, "more frames on lane " + lane + " than were granted");
            } else {
                credit--;
                lengths.add(payload.data().readableBytes());
                decode(payload.data());
            }
        } catch (MalformedFrameException e) {
            link.broken(RejectReason.MALFORMED_FRAME, "lane " + lane + ": " + e.getMessage());
        } finally {
            payload.release();
        }
    }

    private void open(ByteBuf name) {
        opening = false;
        if (name.readableBytes() != 1 || name.getByte(name.readerIndex()) != Streams.of(lane)) {
            link.broken(RejectReason.MALFORMED_FRAME, "lane " + lane + " opened under another name");
        }
    }

    private void decode(ByteBuf data) {
        Decoded decoded = link.codec().decode(data);
        if (decoded.skipped() > 0) {
            link.skipped(RejectReason.UNKNOWN_FRAME, decoded.skipped() + " frames or rumors of unknown type");
        }
        List<Frame> frames = decoded.frames();
        if (frames.isEmpty()) {
            consumed();
        } else {
            link.arrived(lane, frames);
        }
    }

    /** One wire frame was taken. */
    void consumed() {
        consumed++;
        consumedBytes += lengths.remove();
        grant();
    }

    /** Grants what is due, unless the socket is full: it is merged with what comes until there is room. */
    void grant() {
        if ((consumed >= threshold || consumedBytes >= LaneScheduler.GRANT_BYTES) && link.isWritable()) {
            credit += consumed;
            link.grant(lane, consumed);
            consumed = 0;
            consumedBytes = 0;
        }
    }

    /** RSocket ends the lane: when the connection has ended, which {@link RSocketLink} hears for itself. */
    @Override
    public void onError(Throwable error) {
        onComplete();
    }

    @Override
    public void onComplete() {
        link.laneEnded(lane);
    }
}
