package dev.grapevine.simulation;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.LaneScheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection of a core without pipelines: what a step sends goes out as one wire frame a lane. */
final class CoreLink implements ConnectionListener {

    private static final int OUTBOX_FRAMES = 10_000;

    private final CoreNode node;
    private final ConnectionEnd end;
    private final int maxBatchBytes;
    private final LaneScheduler scheduler;
    private final Map<Lane, Deque<Frame>> outboxes = new EnumMap<>(Lane.class);

    CoreLink(CoreNode node, ConnectionEnd end) {
        this.node = node;
        this.end = end;
        this.maxBatchBytes = node.context().network().limits().maxBatchBytes();
        this.scheduler = new LaneScheduler(node.context().network().limits());
        for (Lane lane : Lane.values()) {
            scheduler.opened(lane, node.context().network().limits().framesInFlight());
            outboxes.put(lane, new ArrayDeque<>());
        }
    }

    private Deque<Frame> outbox(Lane lane) {
        return Objects.requireNonNull(outboxes.get(lane));
    }

    Origin peer() {
        return end.remote().member().origin();
    }

    ConnectionEnd end() {
        return end;
    }

    /** Drops the oldest at the limit, as the outboxes of a whole node do. */
    void offer(Lane lane, Frame frame) {
        Deque<Frame> frames = outbox(lane);
        if (frames.size() >= OUTBOX_FRAMES) {
            frames.removeFirst();
            node.context().trace(node.index(), "dropped", lane.name());
        }
        frames.addLast(frame);
    }

    void flush() {
        for (Lane lane = next(); lane != null; lane = next()) {
            scheduler.sent(lane, end.send(lane, nextBatch(outbox(lane))), now());
        }
    }

    private @Nullable Lane next() {
        return scheduler.next(lane -> !outbox(lane).isEmpty(), now());
    }

    private long now() {
        return node.context().scheduler().nanos();
    }

    private List<Frame> nextBatch(Deque<Frame> frames) {
        List<Frame> batch = new ArrayList<>();
        int bytes = 0;
        do {
            Frame frame = frames.removeFirst();
            bytes += frame.size();
            batch.add(frame);
        } while (!frames.isEmpty() && bytes + frames.getFirst().size() <= maxBatchBytes);
        return batch;
    }

    @Override
    public void batch(Lane lane, List<Frame> frames, int bytes, boolean granted) {
        node.received(this, frames);
        if (granted) {
            end.consumed(lane, bytes);
        }
    }

    @Override
    public void granted(Lane lane, int frames) {
        scheduler.taken(lane, frames, now());
        flush();
    }

    @Override
    public void closed(LinkLoss cause) {
        node.closed(this, cause);
    }
}
