package dev.grapevine.protocol;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.conduct.ConductCore;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import org.jspecify.annotations.Nullable;

/** Sees how peers behave: from the frames they send, and from what the other cores make of these. */
final class ConductWatch {

    private final ConductCore conduct = new ConductCore();

    /** Whose frame is being looked at, or null. */
    private @Nullable Origin sender;

    /** The frame that is being looked at, or null. */
    private @Nullable Frame looked;

    void linkUp(Origin peer, Time now) {
        conduct.linkUp(peer, now);
    }

    void linkDown(Origin peer) {
        conduct.linkDown(peer);
    }

    /** A frame is looked at from now on. */
    void begins(Origin peer, Frame frame, Time now) {
        sender = peer;
        looked = frame;
        conduct.received(peer, frame, now);
    }

    /** It was looked at; for what its sender is banned from now on, or null. */
    @Nullable String ends(Time now) {
        Origin peer = sender;
        sender = null;
        looked = null;
        return peer == null ? null : conduct.ban(peer, now);
    }

    /** A core does something, maybe for the frame that is being looked at. */
    void seen(Effect effect, Time now) {
        if (effect instanceof Effect.Deliver deliver) {
            conduct.delivered(deliver.payloads().size());
        } else if (effect instanceof Effect.Send send && send.frame() instanceof DisseminationFrame.Pull pull) {
            conduct.asked(send.to(), pull, now);
        } else if (effect instanceof Effect.Send send && send.frame() instanceof DisseminationFrame.Chunk) {
            conduct.served(send.to());
        } else if (sender == null || looked == null) {
            return;
        } else if (effect instanceof Effect.Rejected rejected && sender.equals(rejected.peer())) {
            conduct.rejected(sender, looked, rejected.reason(), now);
        } else if (effect instanceof Effect.Noted noted && noted.event() == ProtocolEvent.DUPLICATE_MESSAGE) {
            conduct.repeated(sender, noted.count(), now);
        }
    }

    boolean isBanned(MemberId member, Time now) {
        return conduct.isBanned(member, now);
    }
}
