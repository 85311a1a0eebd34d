package dev.grapevine.protocol.overlay;

import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.JoinState;
import org.jspecify.annotations.Nullable;

/** Whether others have been found, told when it changes. */
final class JoinTracker {

    private @Nullable JoinState told;
    private boolean knewOthers;

    void update(int others, boolean superseded, boolean hasSeeds, boolean seedFailed, Effects out) {
        knewOthers |= others > 0;
        if (others > 0) {
            tell(JoinState.JOINED, out);
        } else if (superseded) {
            tell(JoinState.SUPERSEDED, out);
        } else if (knewOthers) {
            tell(JoinState.ISOLATED, out);
        } else {
            tell(hasSeeds ? seeking(seedFailed) : JoinState.ALONE, out);
        }
    }

    /** A later try begins with no failure counted against it; that is no news. */
    private JoinState seeking(boolean seedFailed) {
        return seedFailed || told == JoinState.SEEKING ? JoinState.SEEKING : JoinState.JOINING;
    }

    void left(Effects out) {
        tell(JoinState.LEFT, out);
    }

    private void tell(JoinState state, Effects out) {
        if (state != told) {
            told = state;
            out.add(new Effect.JoinChanged(state));
        }
    }
}
