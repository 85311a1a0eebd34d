package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Another member as a publisher: its streams by topic, with the one used last at hand. */
final class InboundSource {

    private final Origin origin;
    private final TreeEdges edges = new TreeEdges();
    private final Map<String, InboundStream> streams = new LinkedHashMap<>();
    private @Nullable InboundStream latest;
    private String latestTopic = "";
    private boolean isGone;
    private long goneSince;

    InboundSource(Origin origin) {
        this.origin = origin;
    }

    Origin origin() {
        return origin;
    }

    /** This member's links in the tree of all that it publishes. */
    TreeEdges edges() {
        return edges;
    }

    @Nullable InboundStream find(String topic) {
        InboundStream stream = latest;
        if (stream == null || !latestTopic.equals(topic)) {
            stream = streams.get(topic);
            latest = stream;
            latestTopic = topic;
        }
        return stream;
    }

    void add(String topic, InboundStream stream) {
        streams.put(topic, stream);
        latest = stream;
        latestTopic = topic;
    }

    Collection<InboundStream> streams() {
        return streams.values();
    }

    /** Whether the member left. */
    boolean isGone() {
        return isGone;
    }

    /** Whether the member left so long ago. */
    boolean isGoneFor(long nanos, long now) {
        return isGone && now - goneSince >= nanos;
    }

    void left(long now) {
        isGone = true;
        goneSince = now;
    }

    void returned() {
        isGone = false;
    }

    void forgetLatest() {
        latest = null;
    }
}
