package dev.grapevine.simulation;

import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.wire.Hello;
import org.jspecify.annotations.Nullable;

/** What listens at a simulated host. Called on the thread of its node. */
interface NodeDoor {

    Hello hello();

    @Nullable DialFailure judge(Hello remote, boolean dialled);

    /** A peer's connection is open; returns false if nobody takes it, and then it is closed. */
    boolean accepted(ConnectionEnd end);

    void rejected(RejectReason reason, String detail);
}
