package dev.grapevine.simulation;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import java.util.List;

/** What one side of a connection is told. Called on the thread of that side's node. */
interface ConnectionListener {

    /**
     * A wire frame arrived.
     *
     * @param bytes its length
     * @param granted whether it used the window of its lane, so that {@link ConnectionEnd#consumed} is owed for it; a
     *     duplicate did not
     */
    void batch(Lane lane, List<Frame> frames, int bytes, boolean granted);

    /** The peer grants further wire frames on a lane. */
    void granted(Lane lane, int frames);

    /** The connection is gone; nothing is told after this. */
    void closed(LinkLoss cause);
}
