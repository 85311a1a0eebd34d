package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/** A place in the simulated network: an address, the process that lives there now, and its connections. */
final class SimulatedHost {

    private final int index;
    private final Address address;
    private final List<ConnectionEnd> ends = new ArrayList<>();
    private SimulatedProcess process;
    private Scheduler thread;
    private @Nullable NodeDoor door;

    SimulatedHost(int index, Address address, SimulatedProcess process) {
        this.index = index;
        this.address = address;
        this.process = process;
        this.thread = process.single();
    }

    int index() {
        return index;
    }

    Address address() {
        return address;
    }

    SimulatedProcess process() {
        return process;
    }

    /** The node's one network thread; another one after a restart. */
    Scheduler thread() {
        return thread;
    }

    @Nullable NodeDoor door() {
        return door;
    }

    void open(NodeDoor listening) {
        door = listening;
    }

    void shut() {
        door = null;
    }

    /** In the order in which they were opened. */
    List<ConnectionEnd> ends() {
        return ends;
    }

    /** A new life at the same address. */
    void reborn(SimulatedProcess newProcess) {
        process = newProcess;
        thread = newProcess.single();
        door = null;
        ends.clear();
    }
}
