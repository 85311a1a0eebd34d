package dev.grapevine.transport;

import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.wire.Hello;
import org.jspecify.annotations.Nullable;

/**
 * The node's part of opening links: what it says of itself and whom it admits. Asked on the transport's scheduler,
 * for links in both directions.
 */
public interface Handshake {

    /**
     * What this member says of itself now.
     *
     * @return the hello
     */
    Hello hello();

    /**
     * Judges a peer by its hello.
     *
     * @param remote what the peer says of itself; already within every limit of the wire
     * @param dialled whether this side opened the connection
     * @return null to admit it, or why it is refused: the peer is told
     */
    @Nullable DialFailure judge(Hello remote, boolean dialled);

    /**
     * A connection was refused or broken off, or part of what came over it was skipped. For counting and logging.
     *
     * @param reason why
     * @param detail what was seen, for people
     */
    void rejected(RejectReason reason, String detail);
}
