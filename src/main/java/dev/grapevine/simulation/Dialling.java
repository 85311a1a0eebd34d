package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.Hello;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * One attempt to open a connection: hello there, hello back, and the peer is handed the connection when the first frame
 * after the handshake reaches it. Every step is judged on the thread of the node that it reaches.
 */
final class Dialling {

    private static final Map<DialFailure, RejectReason> COUNTED = Map.of(
            DialFailure.FOREIGN_CLUSTER, RejectReason.FOREIGN_CLUSTER,
            DialFailure.WRONG_VERSION, RejectReason.WRONG_VERSION,
            DialFailure.NOT_READY, RejectReason.NOT_READY,
            DialFailure.SUPERSEDED, RejectReason.SUPERSEDED,
            DialFailure.PREDECESSOR, RejectReason.SUPERSEDED,
            DialFailure.DUPLICATE, RejectReason.DUPLICATE_LINK);

    private final SimulatedNetwork network;
    private final SimulatedHost from;
    private final Scheduler fromThread;
    private final NodeDoor fromDoor;
    private final Address address;
    private final Consumer<ConnectionEnd> opened;
    private final BiConsumer<DialFailure, String> failed;
    private final Disposable deadline;
    private boolean over;

    private Dialling(
            SimulatedNetwork network,
            SimulatedHost from,
            NodeDoor fromDoor,
            Address address,
            Consumer<ConnectionEnd> opened,
            BiConsumer<DialFailure, String> failed) {
        this.network = network;
        this.from = from;
        this.fromThread = from.thread();
        this.fromDoor = fromDoor;
        this.address = address;
        this.opened = opened;
        this.failed = failed;
        LinkLimits limits = network.limits();
        this.deadline = network.post(
                fromThread,
                limits.handshakeTimeout().toNanos(),
                () -> fail(DialFailure.TIMEOUT, "no answer within " + limits.handshakeTimeout()));
    }

    /**
     * Dials. Exactly one of the callbacks is called, on the dialler's thread, unless it dies or gives up before.
     *
     * @return gives up
     */
    static Disposable dial(
            SimulatedNetwork network,
            SimulatedHost from,
            NodeDoor fromDoor,
            Address address,
            Consumer<ConnectionEnd> opened,
            BiConsumer<DialFailure, String> failed) {
        Dialling dialling = new Dialling(network, from, fromDoor, address, opened, failed);
        SimulatedHost to = network.at(address);
        if (to == null) {
            network.post(
                    dialling.fromThread,
                    network.conditions().draw(),
                    () -> dialling.fail(DialFailure.UNREACHABLE, "no such host"));
        } else {
            dialling.knock(to, fromDoor.hello());
        }
        return dialling::giveUp;
    }

    private void giveUp() {
        over = true;
        deadline.dispose();
    }

    private void fail(DialFailure failure, String detail) {
        if (!over) {
            giveUp();
            failed.accept(failure, "Dialling " + address + " from " + from.address() + ": " + detail);
        }
    }

    private void knock(SimulatedHost to, Hello hello) {
        if (network.isBlocked(from, to)) {
            return; // the deadline ends it
        }
        long travel = network.conditions().draw();
        if (to.door() == null) {
            answer(to, travel + network.conditions().draw(), () -> refusedByMachine(to));
        } else {
            network.post(to.thread(), travel, () -> arrived(to, hello));
        }
    }

    /** Also when the peer died while the hello was under way: its machine answers for it. */
    private void answer(SimulatedHost to, long delay, Runnable answer) {
        if (!network.isBlocked(to, from)) {
            network.post(fromThread, delay, answer);
        }
    }

    private void refusedByMachine(SimulatedHost to) {
        if (!network.isBlocked(to, from)) {
            fail(DialFailure.CONNECTION_REFUSED, "nothing listens there");
        }
    }

    private void arrived(SimulatedHost to, Hello hello) {
        NodeDoor door = to.door();
        if (door == null) {
            answer(to, network.conditions().draw(), () -> refusedByMachine(to));
            return;
        }
        DialFailure refusal = judge(to, door, hello);
        if (refusal != null) {
            door.rejected(COUNTED.getOrDefault(refusal, RejectReason.NOT_READY), "hello of " + hello.member());
            answer(to, network.conditions().draw(), () -> fail(refusal, "refused by the peer"));
            return;
        }
        Hello reply = door.hello();
        Scheduler toThread = to.thread();
        answer(to, network.conditions().draw(), () -> replied(to, toThread, hello, reply));
    }

    private @Nullable DialFailure judge(SimulatedHost to, NodeDoor door, Hello hello) {
        if (to.ends().size() >= network.limits().maxConnections()) {
            door.rejected(RejectReason.TOO_MANY_CONNECTIONS, "connection of " + hello.member());
            return DialFailure.NOT_READY;
        }
        return door.judge(hello, false);
    }

    private void replied(SimulatedHost to, Scheduler toThread, Hello hello, Hello reply) {
        if (over || from.thread() != fromThread || network.isBlocked(to, from)) {
            return;
        }
        DialFailure refusal = fromDoor.judge(reply, true);
        if (refusal != null) {
            fail(refusal, "refused by the dialler");
            return;
        }
        giveUp();
        ConnectionEnd near = new ConnectionEnd(network, from, reply, true);
        ConnectionEnd far = new ConnectionEnd(network, to, hello, false);
        ConnectionEnd.join(near, far);
        near.host().ends().add(near);
        if (to.thread() == toThread && to.door() != null) {
            to.ends().add(far);
            network.post(toThread, network.conditions().draw(), () -> handOver(to, far));
        } else {
            far.crashed();
        }
        opened.accept(near);
        List.of(near, far).forEach(ConnectionEnd::pathChanged);
    }

    private static void handOver(SimulatedHost to, ConnectionEnd far) {
        NodeDoor door = to.door();
        if (far.isOpen() && (door == null || !door.accepted(far))) {
            far.close();
        }
    }
}
