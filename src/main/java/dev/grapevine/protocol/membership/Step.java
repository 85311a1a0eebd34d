package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import org.jspecify.annotations.Nullable;

/** One input's time, and where its effects go. */
record Step(long now, Effects out) {

    static Step at(Time time, Effects out) {
        return new Step(time.nanos(), out);
    }

    void emit(Effect effect) {
        out.add(effect);
    }

    void note(ProtocolEvent event) {
        out.note(event);
    }

    void reject(RejectReason reason, @Nullable Origin peer, String detail) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }
}
