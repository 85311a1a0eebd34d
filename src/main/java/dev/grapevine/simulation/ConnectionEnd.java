package dev.grapevine.simulation;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.LaneScheduler;
import dev.grapevine.wire.Hello;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * One side of a simulated connection. As over TCP, each lane is first-in first-out and loses nothing, unless the
 * network was told to lose, duplicate or reorder; what meets a partition freezes and goes on when that is healed, or is
 * lost when either side gives the connection up.
 */
final class ConnectionEnd {

    /** A frame of RSocket that carries no payload. */
    private static final int SMALL_BYTES = 13;

    private final SimulatedNetwork network;
    private final SimulatedHost host;
    private final SimulatedProcess life;
    private final Scheduler thread;
    private final Hello remote;
    private final boolean dialled;
    private final Map<Lane, Long> lastArrival = new EnumMap<>(Lane.class);
    private final Map<Lane, Integer> ungranted = new EnumMap<>(Lane.class);
    private final Map<Lane, Integer> ungrantedBytes = new EnumMap<>(Lane.class);
    private long wireFree;
    private final Deque<Segment> frozen = new ArrayDeque<>();
    private final Deque<Segment> early = new ArrayDeque<>();
    private @Nullable ConnectionEnd peer;
    private @Nullable ConnectionListener listener;
    private @Nullable Disposable silence;
    private @Nullable LinkLoss ended;

    ConnectionEnd(SimulatedNetwork network, SimulatedHost host, Hello remote, boolean dialled) {
        this.network = network;
        this.host = host;
        this.life = host.process();
        this.thread = host.thread();
        this.remote = remote;
        this.dialled = dialled;
    }

    static void join(ConnectionEnd one, ConnectionEnd other) {
        one.peer = other;
        other.peer = one;
    }

    Hello remote() {
        return remote;
    }

    boolean dialled() {
        return dialled;
    }

    SimulatedHost host() {
        return host;
    }

    boolean isOpen() {
        return ended == null;
    }

    /** Takes what arrives; at once after the connection was handed over. */
    void listen(ConnectionListener taker) {
        listener = taker;
        for (Segment segment = early.poll(); segment != null; segment = early.poll()) {
            take(segment);
        }
        if (ended != null) {
            taker.closed(ended);
        }
    }

    /**
     * Sends one wire frame. The caller keeps to the window that the peer granted.
     *
     * @return its length in bytes
     */
    int send(Lane lane, List<Frame> frames) {
        int bytes = 0;
        for (Frame frame : frames) {
            bytes += frame.size();
        }
        if (ended == null) {
            List<Frame> carried = network.carried(this, lane, frames);
            transmit(new Batch(lane, carried, bytes, true));
            if (!carried.isEmpty() && network.conditions().duplicates()) {
                transmit(new Batch(lane, carried, bytes, false));
            }
        }
        return bytes;
    }

    /** A wire frame was taken by the node: grants another one, some at a time. */
    void consumed(Lane lane, int bytes) {
        int owed = ungranted.merge(lane, 1, Integer::sum);
        int owedBytes = ungrantedBytes.merge(lane, bytes, Integer::sum);
        boolean due =
                owed >= Math.max(1, network.limits().framesInFlight() / 2) || owedBytes >= LaneScheduler.GRANT_BYTES;
        if (ended == null && due) {
            ungranted.put(lane, 0);
            ungrantedBytes.put(lane, 0);
            transmit(new Grant(lane, owed));
        }
    }

    void close() {
        end(LinkLoss.LOCAL);
    }

    /** Its process was killed: the machine says so to the peer. */
    void crashed() {
        if (ended == null) {
            ended = LinkLoss.LOCAL;
            transmit(new Close());
        }
    }

    private void end(LinkLoss cause) {
        if (ended != null) {
            return;
        }
        ended = cause;
        if (silence != null) {
            silence.dispose();
        }
        host.ends().remove(this);
        frozen.clear();
        if (cause != LinkLoss.LOST) {
            transmit(new Close());
        }
        if (listener != null) {
            listener.closed(cause);
        }
    }

    private ConnectionEnd peer() {
        if (peer == null) {
            throw new IllegalStateException("The connection is not joined");
        }
        return peer;
    }

    private void transmit(Segment segment) {
        ConnectionEnd target = peer();
        long now = network.scheduler().nanos();
        wireFree = Math.max(now, wireFree) + network.conditions().onTheWire(segment.bytes());
        long arrival = wireFree + network.conditions().draw();
        if (segment instanceof Batch && network.conditions().reorders()) {
            arrival += network.conditions().draw() * 4;
        } else {
            arrival = segment.inOrderAfter(lastArrival, arrival);
        }
        network.post(target.thread, arrival - now, () -> target.arrive(segment));
    }

    private void arrive(Segment segment) {
        if (ended != null) {
            return;
        }
        if (!frozen.isEmpty() || network.isBlocked(peer().host, host)) {
            frozen.add(segment);
        } else if (listener == null && !(segment instanceof Close)) {
            early.add(segment);
        } else {
            take(segment);
        }
    }

    private void take(Segment segment) {
        if (segment instanceof Close) {
            end(LinkLoss.LOST);
        } else if (listener != null && segment instanceof Grant grant) {
            listener.granted(grant.lane(), grant.frames());
        } else if (listener != null && segment instanceof Batch batch) {
            if (!batch.frames().isEmpty()) {
                listener.batch(batch.lane(), batch.frames(), batch.bytes(), batch.granted());
            } else {
                consumed(batch.lane(), batch.bytes()); // all of it was lost, but it used the window
            }
        }
    }

    /** Something about the way from the peer has changed: a partition, a stall, a heal. */
    void pathChanged() {
        if (ended != null) {
            return;
        }
        boolean blocked = network.isBlocked(peer().host, host);
        if (!blocked && !frozen.isEmpty()) {
            network.post(thread, network.conditions().draw(), this::thaw);
        }
        boolean hears = !blocked && !peer().life.isStalled();
        if (hears && silence != null) {
            silence.dispose();
            silence = null;
        } else if (!hears && silence == null) {
            long sinceHeard = network.conditions().within(network.limits().keepAliveInterval());
            long left = network.limits().silenceTimeout().toNanos() - sinceHeard;
            silence = network.post(thread, left, () -> end(LinkLoss.SILENT));
        }
    }

    private void thaw() {
        if (network.isBlocked(peer().host, host)) {
            return;
        }
        List<Segment> released = new ArrayList<>(frozen);
        frozen.clear();
        for (Segment segment : released) {
            if (ended == null) {
                arrive(segment);
            }
        }
    }

    /** What travels over a connection. */
    private sealed interface Segment {

        /** How long it is. */
        int bytes();

        /** When it arrives if it keeps behind what was sent before; remembers that for what comes after it. */
        long inOrderAfter(Map<Lane, Long> lastArrival, long arrival);
    }

    private record Batch(Lane lane, List<Frame> frames, int bytes, boolean granted) implements Segment {
        @Override
        public long inOrderAfter(Map<Lane, Long> lastArrival, long arrival) {
            return lastArrival.merge(lane, arrival, Math::max);
        }
    }

    private record Grant(Lane lane, int frames) implements Segment {
        @Override
        public int bytes() {
            return SMALL_BYTES;
        }

        @Override
        public long inOrderAfter(Map<Lane, Long> lastArrival, long arrival) {
            return lastArrival.merge(lane, arrival, Math::max);
        }
    }

    private record Close() implements Segment {
        @Override
        public int bytes() {
            return SMALL_BYTES;
        }

        @Override
        public long inOrderAfter(Map<Lane, Long> lastArrival, long arrival) {
            return lastArrival.values().stream().reduce(arrival, Math::max);
        }
    }
}
