package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.ArrayList;
import java.util.List;

/**
 * What one peer is told of streams, in frames of a bounded size. Digests travel behind the publications that they tell of:
 * seen sooner, these would be taken for lost.
 */
final class DigestBatch {

    private final Origin to;
    private final Effects out;
    private final Part critical = new Part(Lane.CRITICAL);
    private final Part normal = new Part(Lane.DATA);
    private long sent;

    DigestBatch(Origin to, Effects out) {
        this.to = to;
        this.out = out;
    }

    /** About what it takes to tell of a stream. */
    static int bytes(String topic) {
        return 79 + topic.length();
    }

    void add(Lane lane, StreamState state) {
        (lane == Lane.CRITICAL ? critical : normal).add(state);
    }

    /** Sends what was not sent yet; how many bytes were sent in all. */
    long end() {
        critical.end();
        normal.end();
        return sent;
    }

    /** What goes by one lane. */
    private final class Part {
        private final Lane lane;
        private final List<StreamState> states = new ArrayList<>();
        private int bytes;

        Part(Lane lane) {
            this.lane = lane;
        }

        void add(StreamState state) {
            if (states.size() == DisseminationFrame.MAX_STREAMS || bytes > Limits.DIGEST_BYTES) {
                end();
            }
            states.add(state);
            bytes += bytes(state.topic());
        }

        void end() {
            if (!states.isEmpty()) {
                StreamDigest digest = new StreamDigest(List.copyOf(states));
                out.add(new Effect.Send(to, lane, digest));
                sent += digest.size();
                states.clear();
                bytes = 0;
            }
        }
    }
}
