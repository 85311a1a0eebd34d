package dev.grapevine.simulation;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A connection of a core without pipelines: what a step sends goes out as one wire frame a lane. */
final class CoreLink implements ConnectionListener {

    private static final int OUTBOX_FRAMES = 10_000;

    private final CoreNode node;
    private final ConnectionEnd end;
    private final int maxBatchBytes;
    private final int framesInFlight;
    private final Map<Lane, Outbox> outboxes = new EnumMap<>(Lane.class);

    CoreLink(CoreNode node, ConnectionEnd end) {
        this.node = node;
        this.end = end;
        this.maxBatchBytes = node.context().network().limits().maxBatchBytes();
        this.framesInFlight = node.context().network().limits().framesInFlight();
    }

    private Outbox outbox(Lane lane) {
        return outboxes.computeIfAbsent(lane, unused -> new Outbox(framesInFlight));
    }

    Origin peer() {
        return end.remote().member().origin();
    }

    ConnectionEnd end() {
        return end;
    }

    /** Drops the oldest at the limit, as the outboxes of a whole node do. */
    void offer(Lane lane, Frame frame) {
        Deque<Frame> frames = outbox(lane).frames;
        if (frames.size() >= OUTBOX_FRAMES) {
            frames.removeFirst();
            node.context().trace(node.index(), "dropped", lane.name());
        }
        frames.addLast(frame);
    }

    void flush() {
        for (Map.Entry<Lane, Outbox> lane : outboxes.entrySet()) {
            Outbox outbox = lane.getValue();
            while (!outbox.frames.isEmpty() && outbox.window > 0) {
                outbox.window--;
                end.send(lane.getKey(), nextBatch(outbox.frames));
            }
        }
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
    public void batch(Lane lane, List<Frame> frames, boolean granted) {
        node.received(this, frames);
        if (granted) {
            end.consumed(lane);
        }
    }

    @Override
    public void granted(Lane lane, int frames) {
        outbox(lane).window += frames;
        flush();
    }

    @Override
    public void closed(LinkLoss cause) {
        node.closed(this, cause);
    }

    /** What waits on a lane, and how much the peer still grants. */
    private static final class Outbox {
        private final Deque<Frame> frames = new ArrayDeque<>();
        private int window;

        private Outbox(int window) {
            this.window = window;
        }
    }
}
